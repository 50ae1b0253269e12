package import Model

/// What a plan does to one object, the way a person would say it: steps of one server taken together.
package struct PlanEntry: Hashable, Sendable {
    /// The four things that can happen to an object.
    package enum Action: String, Hashable, Sendable, Codable, CaseIterable {
        case add, change, replace, remove
    }

    /// The object: a server, a backend made at runtime, a key of a map, a map rewritten as a whole, a pattern of
    /// a list, or a limit.
    package enum Subject: Hashable, Sendable {
        case server(ServerPath)
        case backend(BackendName)
        case mapEntry(PatternFileName, key: String)
        case map(PatternFileName)
        case pattern(PatternFileName, String)
        case limit(LimitTarget)
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
        var places: [Subject: Int] = [:]
        var grouped: [(subject: Subject, steps: [Step])] = []
        for step in steps {
            guard let subject = subject(of: step.change) else { continue }
            if let place = places[subject] {
                grouped[place].steps.append(step)
            } else {
                places[subject] = grouped.count
                grouped.append((subject, [step]))
            }
        }
        let standIns = Set(grouped.filter { isPassing($0.steps) }.map(\.subject))
        return grouped.compactMap { subject, steps in
            guard let first = steps.first, standIns.isEmpty || !standIns.contains(subject) else {
                return nil
            }
            let changes = steps.map(\.change)
            var entry = PlanEntry(
                action: action(of: changes),
                subject: subject,
                changes: changes,
                origin: first.origin
            )
            if !standIns.isEmpty, case .server(let path) = subject,
                let name = try? ServerName("\(path.server).surge")
            {
                entry.hasStandIn = standIns.contains(.server(ServerPath(path.backend, name)))
            }
            return entry
        }
    }

    /// A server that comes and goes within the plan: nothing is left of it.
    private static func isPassing(_ steps: [Step]) -> Bool {
        guard case .addServer? = steps.first?.change, case .deleteServer? = steps.last?.change
        else { return false }
        return true
    }

    private static func subject(of change: Change) -> Subject? {
        switch change {
        case .addMapEntry(let map, let entry), .deleteMapEntry(let map, let entry):
            .mapEntry(map, key: entry.key)
        case .setMapEntry(let map, let key, _, _): .mapEntry(map, key: key)
        case .replaceMap(let map, _, _, _, _): .map(map)
        case .addPattern(let list, let text), .deletePattern(let list, let text):
            .pattern(list, text)
        case .setLimit(let target, _, _): .limit(target)
        default: change.server.map(Subject.server) ?? change.backend.map(Subject.backend)
        }
    }

    private static func action(of changes: [Change]) -> Action {
        let adds = changes.contains(where: \.isAddition)
        let removes = changes.contains(where: \.isRemoval)
        switch (adds, removes) {
        case (true, true): return .replace
        case (true, false): return .add
        case (false, true): return .remove
        case (false, false): return .change
        }
    }
}

extension Change {
    fileprivate var isAddition: Bool {
        switch self {
        case .addServer, .addBackend, .addMapEntry, .addPattern: true
        default: false
        }
    }

    // A server that waits to become removable is leaving, even where a later pass deletes it.
    fileprivate var isRemoval: Bool {
        switch self {
        case .deleteServer, .awaitRemovable, .unpublishBackend, .deleteBackend, .deleteMapEntry,
            .deletePattern:
            true
        default: false
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
        for group in plan.groups {
            proxies += group.proxies.count
            operations += group.proxies.count * group.steps.count { !$0.change.isWait }
            for entry in group.entries {
                if case .replaceMap(_, _, let added, let changed, let removed)? = entry.changes
                    .first
                {
                    guard seen.insert(entry.key).inserted else { continue }
                    (add, change, remove) = (add + added, change + changed, remove + removed)
                } else if seen.insert(entry.key).inserted {
                    count(entry.action)
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

    fileprivate var key: Key { Key(action: action, subject: subject) }
}
