import Model

/// What policies see of one change: the variables of their expressions.
///
/// A fleet's plan is judged once for each group of proxies that are to be changed alike.
package struct PlanFacts: Fact, Hashable {
    package var fleet = FleetFacts()
    package var proxies: [String] = []
    package var backends: [BackendFacts] = []
    package var maps: [MapFacts] = []
    package var lists: [ListFacts] = []
    package var limits: [LimitFacts] = []
    package var plan = PlanCounts()
    package var commit = CommitFacts()
    package var previous = PreviousFacts()
    package var certificates: [CertificateFacts] = []
    package var dropped: [String] = []
    package var now = FactInstant(CELTime(seconds: 0))

    package init() {}
}

/// The fleet that is changed.
package struct FleetFacts: Fact, Hashable {
    package var name = ""
    package var labels: [String: String] = [:]
    package var owner = ""
    package var proxies = 0
    package var zones: [String] = []
    package var soak = FactSpan(CELTime(seconds: 0))
    package var maxParallel = 0
    package var waves: [WaveFacts] = []

    package init() {}
}

/// One wave of the rollout.
package struct WaveFacts: Fact, Hashable {
    package var number = 0
    package var proxies = 0
    package var total = 0
    package var share = 0.0

    package init() {}
}

/// One server before or after the change.
package struct ServerFacts: Fact, Hashable {
    package var name = ""
    package var address = ""
    package var port = 0
    package var weight = 1
    package var state = AdminState.ready.rawValue
    package var up = true
    package var attributes: [String: String] = [:]

    package init() {}

    /// What it adds to the capacity of its backend.
    var capacity: Int { state == "ready" && up && attributes["backup"] == nil ? weight : 0 }

    var verifies: Bool { attributes["ssl"] != nil && attributes["verify"] != "none" }
}

/// One server that is there before and after, and differs.
package struct ServerChangeFacts: Fact, Hashable {
    package var name = ""
    package var before = ServerFacts()
    package var after = ServerFacts()

    package init() {}

    init(_ before: ServerFacts, _ after: ServerFacts) {
        name = after.name
        self.before = before
        self.after = after
    }
}

/// One backend that the change touches.
package struct BackendFacts: Fact, Hashable {
    package var name = ""
    package var labels: [String: String] = [:]
    package var previousLabels: [String: String] = [:]
    package var declared = true
    package var before: [ServerFacts] = []
    package var after: [ServerFacts] = []
    package var minCapacity = 0
    /// Less than 0 when it was not worked out step by step.
    package var lowest = -1

    package init() {}

    var removed: [ServerFacts] { Self.missing(from: after, in: before) }
    var added: [ServerFacts] { Self.missing(from: before, in: after) }

    var changed: [ServerChangeFacts] {
        let old = Dictionary(before.map { ($0.name, $0) }) { first, _ in first }
        return after.compactMap { server in
            guard let known = old[server.name], known != server else { return nil }
            return ServerChangeFacts(known, server)
        }
    }

    var capacityBefore: Int { before.reduce(0) { $0 + $1.capacity } }
    var capacityAfter: Int { after.reduce(0) { $0 + $1.capacity } }
    var lowestCapacity: Int { lowest < 0 ? min(capacityBefore, capacityAfter) : lowest }

    private static func missing(from others: [ServerFacts], in servers: [ServerFacts])
        -> [ServerFacts]
    {
        let names = Set(others.map(\.name))
        return servers.filter { !names.contains($0.name) }
    }
}

/// One map that the change touches.
package struct MapFacts: Fact, Hashable {
    package var name = ""
    package var before: [String: String] = [:]
    package var after: [String: String] = [:]

    package init() {}

    var added: [String] { after.keys.filter { before[$0] == nil }.sorted() }
    var removed: [String] { before.keys.filter { after[$0] == nil }.sorted() }
    var changed: [String] {
        after.keys.filter { key in before[key].map { $0 != after[key] } ?? false }.sorted()
    }
}

/// One list of patterns that the change touches.
package struct ListFacts: Fact, Hashable {
    package var name = ""
    package var before: [String] = []
    package var after: [String] = []

    package init() {}

    var added: [String] { Self.missing(from: before, in: after) }
    var removed: [String] { Self.missing(from: after, in: before) }

    private static func missing(from others: [String], in patterns: [String]) -> [String] {
        let known = Set(others)
        return patterns.filter { !known.contains($0) }
    }
}

/// One limit that the change sets.
package struct LimitFacts: Fact, Hashable {
    package var name = ""
    package var before = 0
    package var after = 0

    package init() {}
}

/// How large the change is, over the whole fleet.
package struct PlanCounts: Fact, Hashable {
    package var operations = 0
    package var proxies = 0
    package var add = 0
    package var change = 0
    package var replace = 0
    package var remove = 0

    package init() {}
}

/// The commit that asks for the change.
package struct CommitFacts: Fact, Hashable {
    package var id = ""
    package var tree = ""
    package var summary = ""
    package var author = ""

    package init() {}
}

/// What the revisions that were applied before declare.
package struct PreviousFacts: Fact, Hashable {
    package var exists = false
    package var backends: [DeclaredFacts] = []
    package var maps: [DeclaredFacts] = []
    package var lists: [DeclaredFacts] = []

    package init() {}
}

/// An object of the previous revision.
package struct DeclaredFacts: Fact, Hashable {
    package var name = ""
    package var labels: [String: String] = [:]
    package var members: [String] = []

    package init() {}
}

/// A certificate after the change.
package struct CertificateFacts: Fact, Hashable {
    package var name = ""
    package var names: [String] = []
    package var wanted: [String] = []
    package var keyType = ""
    package var keyBits = 0
    package var issuer = ""
    package var notBefore = FactInstant(CELTime(seconds: 0))
    package var notAfter = FactInstant(CELTime(seconds: 0))

    package init() {}

    var uncovered: [String] {
        wanted.filter { name in !names.contains { Self.covers($0, name) } }
    }

    /// A wildcard stands for exactly one label (RFC 6125 section 6.4.3).
    private static func covers(_ pattern: String, _ name: String) -> Bool {
        guard pattern.hasPrefix("*."), let dot = name.firstIndex(of: ".") else {
            return pattern == name
        }
        return dot > name.startIndex && name[dot...] == pattern.dropFirst()
    }
}
