package import Model

/// What a plan does to one object, the way a person would say it: steps of one server taken together.
package struct PlanEntry: Hashable, Sendable {
    /// The four things that can happen to an object.
    package enum Action: String, Hashable, Sendable, Codable, CaseIterable {
        case add, change, replace, remove
    }

    /// The object: a server, a backend made at runtime, a key of a map, a map rewritten as a whole, a pattern of
    /// a list, a limit, a certificate, a line of a crt-list, or a transaction of a certificate.
    package enum Subject: Hashable, Sendable {
        case server(ServerPath)
        case backend(BackendName)
        case mapEntry(PatternFileName, key: String)
        case map(PatternFileName)
        case pattern(PatternFileName, String)
        case limit(LimitTarget)
        case certificate(CertificateFileName)
        case certificateLine(CertificateFileName, CertificateLine)
        /// What someone else began.
        case transaction(CertificateFileName)
    }

    package let action: Action
    package let subject: Subject
    /// In the plan's order; at least one.
    package let changes: [Change]
    /// The YAML that asked for the first of the changes.
    package let origin: Origin
    /// Another server serves in its place while it is replaced (`replace: surge`).
    package var hasStandIn = false

    /// The entries of one proxy's plan, in the order in which the plan first touches each object.
    package static func entries(of steps: [Step]) -> [PlanEntry] {
        let objects = StepsBySubject(steps)
        var changes = objects.groups.map { group in
            var changes: [Change] = []
            changes.reserveCapacity(group.count)
            return changes
        }
        for (position, place) in objects.places.enumerated() {
            if let place { changes[place].append(steps[position].change) }
        }
        let standIns = objects.passing
        return objects.groups.indices.compactMap { place in
            let group = objects.groups[place]
            guard standIns.isEmpty || !standIns.contains(group.subject) else { return nil }
            var entry = PlanEntry(
                action: group.action,
                subject: group.subject,
                changes: changes[place],
                origin: steps[group.first].origin
            )
            if !standIns.isEmpty, case .server(let path) = group.subject,
                let name = try? ServerName("\(path.server).surge")
            {
                entry.hasStandIn = standIns.contains(.server(ServerPath(path.backend, name)))
            }
            return entry
        }
    }
}

/// How many objects a set of plans adds, changes, replaces and removes: the line people read first.
///
/// An object is counted once however many proxies hold it; operations are counted on every proxy.
package struct PlanSummary: Hashable, Sendable, Codable {
    package private(set) var add = 0
    package private(set) var change = 0
    package private(set) var replace = 0
    package private(set) var remove = 0
    /// Proxies that have at least one step.
    package private(set) var proxies = 0
    /// Steps that change something; waits are not counted.
    package private(set) var operations = 0

    package init(of plans: [Plan]) {
        for plan in plans { count(plan) }
    }

    private mutating func count(_ plan: Plan) {
        var seen: Set<PlanEntry.Key> = []
        let alike = plan.alike
        for group in alike {
            let (count, steps) = (group.proxies.count, group.steps)
            proxies += count
            operations += count * steps.count { !$0.change.isWait }
            let objects = StepsBySubject(steps)
            for object in objects.groups
            where objects.passing.isEmpty || !objects.passing.contains(object.subject) {
                // Within one proxy's plan an object comes once.
                let key = PlanEntry.Key(action: object.action, subject: object.subject)
                guard alike.count == 1 || seen.insert(key).inserted else { continue }
                if case .replaceMap(_, _, let added, let changed, let removed) = steps[object.first]
                    .change
                {
                    (add, change, remove) = (add + added, change + changed, remove + removed)
                } else {
                    self.count(object.action)
                }
            }
        }
    }

    private mutating func count(_ action: PlanEntry.Action) {
        switch action {
        case .add: add += 1
        case .change: change += 1
        case .replace: replace += 1
        case .remove: remove += 1
        }
    }

    /// `2 to add, 1 to change, 1 to remove on 3 proxies (24 operations)`, or `no changes`.
    package var description: String {
        guard proxies > 0 else { return "no changes" }
        var parts = ["\(add) to add", "\(change) to change"]
        if replace > 0 { parts.append("\(replace) to replace") }
        parts.append("\(remove) to remove")
        let fleet = proxies == 1 ? "1 proxy" : "\(proxies) proxies"
        let work = operations == 1 ? "1 operation" : "\(operations) operations"
        return "\(parts.joined(separator: ", ")) on \(fleet) (\(work))"
    }
}

extension PlanSummary: CustomStringConvertible {}

extension PlanEntry {
    fileprivate struct Key: Hashable {
        let action: Action
        let subject: Subject
    }
}
