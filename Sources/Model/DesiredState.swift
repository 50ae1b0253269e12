/// What one revision of the repository asks for, resolved: references followed, attributes merged, routes expanded.
package struct DesiredState: Hashable, Sendable {
    package let revision: Revision
    /// Sorted by name.
    package let fleets: [DesiredFleet]

    package init(revision: Revision, fleets: [DesiredFleet]) {
        self.revision = revision
        self.fleets = fleets
    }
}

/// A group of proxies that boot alike and are kept alike.
package struct DesiredFleet: Hashable, Sendable {
    package let name: FleetName
    package var proxies: [ProxyTarget]
    package var rollout: RolloutSettings
    package var removal: RemovalSettings
    /// Claimed on each proxy; nil claims nothing.
    package var owner: String?
    /// The map the boot file names for Apus's own entries (`ready`, the claim); nil when it names none.
    package var statusMap: PatternFileName?
    /// Sorted by name.
    package var backends: [DesiredBackend]
    /// Sorted by name; routes are already entries of the routing map.
    package var maps: [DesiredMap]
    /// Sorted by name.
    package var acls: [DesiredAcl] = []
    /// Sorted by target, each target at most once.
    package var limits: [DesiredLimit] = []
    /// Sorted by name.
    package var frontends: [DesiredFrontend] = []
    /// Sorted by name.
    package var certificates: [DesiredCertificate] = []
    /// How long a transaction of certificates that is not ours may rest before it is aborted.
    package var transactionGrace = Milliseconds(10_000)
    /// Lists whose first line every bind may do without (`strict-sni`), as the boot file tells.
    package var listsWithoutDefault: Set<CertificateFileName> = []
    /// What selectors match.
    package var labels: [String: String] = [:]
    /// The policies that hold for the fleet, sorted by name.
    package var policies: [DesiredPolicy] = []
    package let origin: Origin

    package init(
        name: FleetName,
        proxies: [ProxyTarget],
        backends: [DesiredBackend] = [],
        maps: [DesiredMap] = [],
        origin: Origin
    ) {
        self.name = name
        self.proxies = proxies
        self.backends = backends
        self.maps = maps
        self.origin = origin
        rollout = RolloutSettings()
        removal = RemovalSettings()
    }
}

/// One proxy of a fleet and where its Runtime API listens.
package struct ProxyTarget: Hashable, Sendable, Codable {
    package let name: ProxyName
    package let runtime: RuntimeAddress
    /// A failure domain; empty when nobody named one.
    package let zone: String

    package init(name: ProxyName, runtime: RuntimeAddress, zone: String = "") {
        self.name = name
        self.runtime = runtime
        self.zone = zone
    }
}

/// Where a Runtime API listens: `unix:PATH` (relative to the working directory) or `tcp://HOST:PORT`.
package enum RuntimeAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    case unix(String)
    case tcp(host: String, port: UInt16)

    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty, path.utf8.count < 108 else { return nil }
            self = .unix(path)
            return
        }
        guard text.hasPrefix("tcp://") else { return nil }
        let rest = text.dropFirst(6)
        guard let colon = rest.lastIndex(of: ":"),
            let port = UInt16(rest[rest.index(after: colon)...]),
            port > 0, colon > rest.startIndex
        else { return nil }
        self = .tcp(host: String(rest[..<colon]), port: port)
    }

    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): "tcp://\(host):\(port)"
        }
    }
}

/// How a change travels over a fleet.
package struct RolloutSettings: Hashable, Sendable, Codable {
    /// Sizes of the waves, cumulative; the default is one wave of everything.
    package var waves: [Quota] = [.percent(100)]
    package var soak = Milliseconds(0)
    package var maxParallel = 32
    /// What a halted rollout does with what it already changed.
    package var rollsBackOnHalt = false
    /// Judged after the soak of every wave but the last.
    package var health = HealthBudget()

    package init() {}
}

/// How a server leaves.
package struct RemovalSettings: Hashable, Sendable, Codable {
    /// Time between drain and maint in which established clients may still come.
    package var grace = Milliseconds(5_000)
    /// After it, remaining sessions are shut down.
    package var drainTimeout = Milliseconds(600_000)

    package init() {}
}

/// A number or a percentage of something.
package enum Quota: Hashable, Sendable, Codable, CustomStringConvertible {
    case count(Int)
    case percent(Int)

    /// `3` or `30%`; nil for anything else.
    package init?(_ text: String) {
        let isPercent = text.hasSuffix("%")
        guard let number = Int(isPercent ? text.dropLast() : text[...]), number >= 0 else {
            return nil
        }
        if isPercent, number > 100 { return nil }
        self = isPercent ? .percent(number) : .count(number)
    }

    /// How many of `total` this is, a percentage rounded down but never below one of a non-empty total.
    package func amount(of total: Int) -> Int {
        switch self {
        case .count(let number): min(number, total)
        case .percent(let part): part == 0 || total == 0 ? 0 : max(1, total * part / 100)
        }
    }

    package var description: String {
        switch self {
        case .count(let number): String(number)
        case .percent(let part): "\(part)%"
        }
    }
}

/// What becomes of objects that live on a proxy but that nobody declared.
package enum UnmanagedPolicy: String, Hashable, Sendable, Codable, CaseIterable {
    case keep, remove
}

/// A backend whose servers Apus manages.
package struct DesiredBackend: Hashable, Sendable {
    /// Which differences are corrected; the others are only observed.
    package enum Aspect: String, Hashable, Sendable, Codable, CaseIterable {
        case membership, address, weight, state, attributes
    }

    /// How a server is replaced when its attributes cannot change in place.
    package enum Replacement: String, Hashable, Sendable, Codable, CaseIterable {
        case inPlaceName, surge
    }

    package let name: BackendName
    /// `metadata.name` of the document.
    package let document: String
    /// Sorted by name.
    package var servers: [DesiredServer]
    package var unmanaged: UnmanagedPolicy = .keep
    package var manages: Set<Aspect> = Set(Aspect.allCases)
    package var maxUnavailable: Quota = .count(1)
    /// Share of the weight that is up now below which no operation may go, in percent.
    package var minCapacity = 0
    package var replacement: Replacement = .inPlaceName
    /// The `defaults` section it is created from at runtime; nil: it exists in the boot file.
    ///
    /// Created, published and deleted by Apus (`add backend`: HAProxy 3.4+ and apus-proxy).
    package var defaults: DefaultsName?
    /// `metadata.labels` of the document.
    package var labels: [String: String] = [:]
    /// What the boot file says of this backend; nil when the fleet names no boot file.
    package var boot: BootBackend?
    package let origin: Origin

    package init(name: BackendName, document: String, servers: [DesiredServer], origin: Origin) {
        self.name = name
        self.document = document
        self.servers = servers
        self.origin = origin
    }
}

/// What the static boot file fixes about a backend.
package struct BootBackend: Hashable, Sendable {
    /// `balance` and its arguments, e.g. `uri`; empty when not given.
    package var balance = ""
    package var usesConsistentHash = false
    /// Servers on `server` lines, which come back with every restart.
    package var servers: Set<ServerName> = []
    /// Servers that `track` or `use-server` names: the proxy refuses to delete them.
    package var referenced: Set<ServerName> = []

    package init() {}

    /// Whether `add server` works: not with `static-rr`, nor with a hash that is not consistent.
    package var acceptsServers: Bool {
        let algorithm = balance.prefix { $0 != " " && $0 != "(" }
        switch algorithm {
        case "static-rr": return false
        case "source", "uri", "url_param", "hdr", "hash", "rdp-cookie": return usesConsistentHash
        default: return true
        }
    }
}

/// One server as it should be, every effective attribute explicit.
package struct DesiredServer: Hashable, Sendable {
    package let name: ServerName
    package var endpoint: Endpoint
    /// `default-server` of the boot file, then the document's `server:`, then the server's own.
    package var attributes: ServerAttributes
    package var state: AdminState
    package let origin: Origin

    package init(
        name: ServerName,
        endpoint: Endpoint,
        attributes: ServerAttributes = ServerAttributes(),
        state: AdminState = .ready,
        origin: Origin
    ) {
        self.name = name
        self.endpoint = endpoint
        self.attributes = attributes
        self.state = state
        self.origin = origin
    }
}

/// A map file's entries as they should be.
package struct DesiredMap: Hashable, Sendable {
    package let name: PatternFileName
    /// In the order written when `isOrdered`, else sorted by key.
    package var entries: [DesiredMapEntry]
    /// First match wins, so the order is part of the meaning.
    package var isOrdered = false
    /// Readers never see a mixture of old and new.
    package var isAtomic = false
    package var unmanaged: UnmanagedPolicy = .keep
    package let origin: Origin

    package init(name: PatternFileName, entries: [DesiredMapEntry], origin: Origin) {
        self.name = name
        self.entries = entries
        self.origin = origin
    }
}

/// One key of a map with the place that asked for it.
package struct DesiredMapEntry: Hashable, Sendable {
    package let key: String
    package let value: String
    package let origin: Origin

    package init(key: String, value: String, origin: Origin) {
        self.key = key
        self.value = value
        self.origin = origin
    }
}
