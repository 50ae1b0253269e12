import Model

/// The steps of one proxy's plan taken together by object, in the order in which each is first touched.
///
/// Holds positions, not copies: a plan may have 100,000 steps.
struct StepsBySubject {
    /// The steps of one object.
    struct Group {
        let subject: PlanEntry.Subject
        /// Positions in the list of steps.
        let first: Int
        fileprivate(set) var last: Int
        fileprivate(set) var count = 1
        fileprivate var adds: Bool
        fileprivate var removes: Bool

        var action: PlanEntry.Action {
            switch (adds, removes) {
            case (true, true): .replace
            case (true, false): .add
            case (false, true): .remove
            case (false, false): .change
            }
        }
    }

    private(set) var groups: [Group] = []
    /// For every step the position of its group, nil for one about no object.
    private(set) var places: [Int?] = []
    /// Objects of which nothing is left: servers that come and go within the plan.
    private(set) var passing: Set<PlanEntry.Subject> = []
    private var known: [PlanEntry.Subject: Int] = [:]

    init(_ steps: [Step]) {
        places.reserveCapacity(steps.count)
        for (position, step) in steps.enumerated() {
            let place = Self.subject(of: step.change).map { add(position, step.change, to: $0) }
            places.append(place)
        }
        for group in groups where group.action == .replace && group.isPassing(steps) {
            passing.insert(group.subject)
        }
    }

    /// The position of the object's group.
    private mutating func add(
        _ position: Int,
        _ change: Change,
        to subject: PlanEntry.Subject
    ) -> Int {
        // Mostly an object's steps follow each other, which saves looking it up.
        if let latest = groups.last, latest.subject == subject {
            extend(groups.count - 1, position, change)
            return groups.count - 1
        }
        if let place = known[subject] {
            extend(place, position, change)
            return place
        }
        known[subject] = groups.count
        groups.append(Group(subject, position, change))
        return groups.count - 1
    }

    private mutating func extend(_ place: Int, _ position: Int, _ change: Change) {
        groups[place].last = position
        groups[place].count += 1
        if change.isAddition { groups[place].adds = true }
        if change.isRemoval { groups[place].removes = true }
    }

    private static func subject(of change: Change) -> PlanEntry.Subject? {
        switch change {
        case .addMapEntry(let map, let entry), .deleteMapEntry(let map, let entry):
            .mapEntry(map, key: entry.key)
        case .setMapEntry(let map, let key, _, _): .mapEntry(map, key: key)
        case .replaceMap(let map, _, _, _, _): .map(map)
        case .addPattern(let list, let text), .deletePattern(let list, let text):
            .pattern(list, text)
        case .setLimit(let target, _, _): .limit(target)
        case .storeCertificate(let name, _), .deleteCertificate(let name, _): .certificate(name)
        case .addCertificateLine(let list, let line), .deleteCertificateLine(let list, let line, _):
            .certificateLine(list, line)
        case .abortTransaction(let transaction, _): .transaction(transaction.certificate)
        default:
            change.server.map(PlanEntry.Subject.server)
                ?? change.backend.map(PlanEntry.Subject.backend)
        }
    }
}

extension StepsBySubject.Group {
    fileprivate init(_ subject: PlanEntry.Subject, _ position: Int, _ change: Change) {
        self.subject = subject
        first = position
        last = position
        adds = change.isAddition
        removes = change.isRemoval
    }

    fileprivate func isPassing(_ steps: [Step]) -> Bool {
        guard case .addServer = steps[first].change, case .deleteServer = steps[last].change else {
            return false
        }
        return true
    }
}

extension Change {
    fileprivate var isAddition: Bool {
        switch self {
        case .addServer, .addBackend, .addMapEntry, .addPattern, .addCertificateLine: true
        case .storeCertificate(_, let update): update.from == nil
        default: false
        }
    }

    // A server that waits to become removable is leaving, even where a later pass deletes it.
    fileprivate var isRemoval: Bool {
        switch self {
        case .deleteServer, .awaitRemovable, .unpublishBackend, .deleteBackend, .deleteMapEntry,
            .deletePattern, .deleteCertificate, .deleteCertificateLine, .abortTransaction:
            true
        default: false
        }
    }
}
