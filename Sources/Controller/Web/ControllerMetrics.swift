package import Model

/// Counts what the loop did, and prints it with what it knows as OpenMetrics 1.0 text.
package struct ControllerMetrics: Hashable, Sendable {
    package var passes: [FleetOutcome.Result: Int] = [:]
    /// By what became of the step: `done`, `failed`, `expired`, `deferred`.
    package var operations: [String: Int] = [:]
    package var triggers: [Trigger: Int] = [:]
    package var drift: [FleetName: Int] = [:]
    package var restores: [FleetName: Int] = [:]
    package var filesParsed = 0
    package var filesReused = 0
    package var fetchFailures = 0
    package var planSeconds = Histogram(bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10])
    package var pushToConfirmedSeconds = Histogram(bounds: [
        0.05, 0.1, 0.2, 0.3, 0.5, 1, 5, 30, 120, 600,
    ])

    package init() {}

    /// Observations in cumulative buckets.
    package struct Histogram: Hashable, Sendable {
        let bounds: [Double]
        private(set) var counts: [Int]
        private(set) var sum = 0.0
        private(set) var total = 0

        init(bounds: [Double]) {
            self.bounds = bounds
            counts = Array(repeating: 0, count: bounds.count)
        }

        /// Counts one value, in the unit of the bounds.
        package mutating func observe(_ value: Double) {
            sum += value
            total += 1
            for (index, bound) in bounds.enumerated() where value <= bound { counts[index] += 1 }
        }
    }

    /// The exposition; families and labels in a fixed order.
    package func text(with status: Status) -> String {
        var page = Page()
        page.family("apus_reconcile", "counter", "Passes over a fleet by result.")
        for result in FleetOutcome.Result.allCases {
            page.sample("apus_reconcile_total", [("outcome", result.rawValue)], passes[result] ?? 0)
        }
        page.family("apus_apply_ops", "counter", "Steps sent to proxies by result.")
        for result in ["deferred", "done", "expired", "failed"] {
            page.sample("apus_apply_ops_total", [("result", result)], operations[result] ?? 0)
        }
        page.family("apus_triggers", "counter", "Reasons to look at the repository.")
        for trigger in Trigger.allCases where trigger != .stop {
            page.sample("apus_triggers_total", [("kind", trigger.rawValue)], triggers[trigger] ?? 0)
        }
        page.family(
            "apus_files",
            "counter",
            "Files of the repository, parsed or taken from the cache."
        )
        page.sample("apus_files_total", [("how", "parsed")], filesParsed)
        page.sample("apus_files_total", [("how", "reused")], filesReused)
        page.family(
            "apus_fetch_failures",
            "counter",
            "Attempts to read the repository that failed."
        )
        page.sample("apus_fetch_failures_total", [], fetchFailures)
        addFleets(of: status, to: &page)
        page.histogram(
            "apus_plan_duration_seconds",
            "Observing and planning one fleet.",
            planSeconds
        )
        page.histogram(
            "apus_push_to_confirmed_seconds",
            "From a push to the last proxy's confirmation.",
            pushToConfirmedSeconds
        )
        return page.text + "# EOF\n"
    }

    private func addFleets(of status: Status, to page: inout Page) {
        page.family("apus_revision_info", "gauge", "1 for the revision that a fleet is kept at.")
        for fleet in status.fleets {
            guard let applied = fleet.applied else { continue }
            let labels = [
                ("fleet", fleet.name.text), ("commit", applied.commit), ("ref", status.ref),
            ]
            page.sample("apus_revision_info", labels, 1)
        }
        page.family(
            "apus_proxy_in_sync",
            "gauge",
            "1 when the last look at a proxy found nothing to do."
        )
        for fleet in status.fleets {
            for proxy in fleet.proxies {
                let labels = [("fleet", fleet.name.text), ("proxy", proxy.name.text)]
                page.sample("apus_proxy_in_sync", labels, proxy.isInSync ? 1 : 0)
            }
        }
        page.family("apus_drift", "counter", "Changes that nobody committed, found on proxies.")
        for fleet in status.fleets {
            page.sample("apus_drift_total", [("fleet", fleet.name.text)], drift[fleet.name] ?? 0)
        }
        page.family(
            "apus_restores",
            "counter",
            "Proxies that restarted and were given their state again."
        )
        for fleet in status.fleets {
            page.sample(
                "apus_restores_total",
                [("fleet", fleet.name.text)],
                restores[fleet.name] ?? 0
            )
        }
    }
}

/// OpenMetrics text under construction.
private struct Page {
    var text = ""

    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# TYPE \(name) \(type)\n# HELP \(name) \(help)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) {
        text += "\(name)\(Self.braces(labels)) \(value)\n"
    }

    mutating func histogram(
        _ name: String,
        _ help: String,
        _ histogram: ControllerMetrics.Histogram
    ) {
        family(name, "histogram", help)
        for (bound, count) in zip(histogram.bounds, histogram.counts) {
            sample("\(name)_bucket", [("le", String(bound))], count)
        }
        sample("\(name)_bucket", [("le", "+Inf")], histogram.total)
        sample("\(name)_count", [], histogram.total)
        text += "\(name)_sum \(histogram.sum)\n"
    }

    private static func braces(_ labels: [(String, String)]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = labels.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
                .replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }
        return "{\(pairs.joined(separator: ","))}"
    }
}
