import Foundation
import Stage

/// Time from the update of a ref in the bare repository until every proxy shows the change.
struct PushTime {
    private static let pushes = 10

    func measure(into report: inout BenchReport) async throws {
        var plan = TrafficPlan()
        plan.origins = ExampleFleet.origins.map { TrafficPlan.Origin(name: $0.name) }
        let fleet = try ExampleFleet("bench", traffic: plan)
        defer { fleet.close() }
        try fleet.repository.commit("Describe the edge fleet")
        try fleet.repository.push()
        try await fleet.startProxies()
        let hook = try fleet.apus("hook", "install", fleet.repository.bare)
        guard hook.status == 0 else { throw BenchFailure("apus hook install: \(hook.errors)") }
        try fleet.startController()
        try await wait(fleet, weight: 10)
        var times: [Double] = []
        var weight = 10
        for _ in 0..<Self.pushes {
            try fleet.repository.edit(
                "backends/cache.yaml",
                replace: "weight: \(weight)",
                with: "weight: \(weight + 1)"
            )
            weight += 1
            try fleet.repository.commit("Weigh the cache anew")
            try fleet.repository.push()
            try await wait(fleet, weight: weight)
            times.append((Date.now.timeIntervalSince1970 - fleet.repository.refUpdate) * 1000)
        }
        var section = BenchReport.Section(
            title: "From push to three proxies",
            method: """
                Three apus-proxy on loopback; each push changes the weight of three servers without checks, in \
                one wave without soak. From the new ref on disk until the last proxy's own `show servers state` \
                shows it, polled every 2 ms; \(Self.pushes) pushes.
                """
        )
        let sorted = times.sorted()
        section.rows.append(["median ms", "slowest ms"])
        section.rows.append([
            BenchReport.text(ProxyCost.median(times)), BenchReport.text(sorted.last ?? 0),
        ])
        report.add(section)
        report.judge(
            "push to three proxies, median",
            ProxyCost.median(times),
            unit: " ms",
            limit: 300
        )
    }

    private func wait(_ fleet: ExampleFleet, weight: Int) async throws {
        try await Deadline.wait(
            for: "weight \(weight) on every proxy",
            within: .seconds(20),
            every: .milliseconds(2)
        ) {
            try fleet.views().allSatisfy { view in
                (1...3).allSatisfy { view.servers["cache/cache-\($0)"]?.weight == weight }
            }
        }
    }
}
