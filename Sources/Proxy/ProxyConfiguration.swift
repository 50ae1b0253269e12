package import Model
package import RuntimeAPI

/// Everything the boot file says, checked and resolved: what `ProxyServer` and `RuntimeService` start from.
///
/// Made by `ConfigParser`; nothing in it changes after the start.
package struct ProxyConfiguration: Sendable {
    /// Worker threads; 0 leaves the choice to the machine.
    package var threads = 0
    /// Threads it does not name run anywhere.
    package var cpuMap = CPUMap()
    /// `thread-groups`; 0 when nothing was said.
    package var threadGroups = 0
    /// What `cpu-set`, `cpu-policy` and their like want; without them threads are as many as CPUs.
    package var placement = ThreadPlacement.Wishes()
    /// Client connections of the whole process; 0 leaves the choice to the descriptor limit.
    package var maxconn = 0
    /// `node`, or empty for the machine's name.
    package var node = ""
    package var description = ""
    package var pidfile: String?
    /// Where accepted changes of the runtime state are kept (`state-file`, ours); nil keeps none.
    package var stateFile: String?
    package var process = ProcessConfiguration()
    package var statsSockets: [StatsSocket] = []
    /// Idle time after which a Runtime API session is closed (HAProxy's default is 10 s).
    package var statsTimeout = Milliseconds(10_000)
    /// Runtime API sessions at the same time (HAProxy's default is 10).
    package var statsMaxconn = 10
    /// Indexed by frontend number; a `listen` section is in both lists.
    package var frontends: [FrontendConfiguration] = []
    /// Indexed by backend number.
    package var backends: [BackendConfiguration] = []
    /// Named `defaults` sections, in order of the file: what backends can be made of while running.
    package var defaults: [DefaultsConfiguration] = []
    /// What the proxy answers itself; the targets of `.service` rules.
    package var services: [ServiceConfiguration] = []
    /// Indexed by map number.
    package var maps: [MapConfiguration] = []
    /// Every place that some section logs to.
    package var logTargets: [LogTarget] = []
    /// Variables of the process and what they are set to at first.
    var variables: [String: ProcessVariableRecord] = [:]
    /// The `ring` sections.
    package var rings: [RingConfiguration] = []
    /// Those that `log global` stands for, as numbers in `logTargets`.
    package var globalLogs: [Int] = []
    package var logTag = "apus-proxy"
    /// `log-send-hostname`.
    package var sendsHostname = false
    package var logHostname = ""
    /// Certificates and who serves them.
    package var tls = TLSConfiguration()
    /// Conditions, formats and actions of every frontend and backend.
    package var rules = RuleBookDraft()

    package init() {}

    /// Something would be listened to: HAProxy does not start without.
    package var hasListeners: Bool {
        !statsSockets.isEmpty || frontends.contains { !$0.isDisabled && !$0.binds.isEmpty }
    }
}

/// One `stats socket`.
package struct StatsSocket: Hashable, Sendable {
    /// Where it listens.
    package enum Address: Hashable, Sendable {
        case unix(String)
        case abstract(String)
        case inet(Endpoint)
        /// An inherited descriptor (`fd@3`).
        case descriptor(Int32)
    }

    package var address: Address
    /// Permissions of the socket file (`mode 660`); nil leaves the umask's.
    package var mode: UInt32?
    /// HAProxy's default is operator.
    package var level = AccessLevel.operator
    /// `expose-fd listeners`: a successor may ask for the listening sockets.
    package var exposesListeners = false
    package let origin: Origin

    package init(address: Address, origin: Origin) {
        self.address = address
        self.origin = origin
    }

    /// As `show cli sockets` spells it.
    var text: String {
        switch address {
        case .unix(let path): "unix@\(path)"
        case .abstract(let name): "abns@\(name)"
        case .inet(.ipv6(let host, let port)): "ipv6@[\(host)]:\(port)"
        case .inet(let endpoint): "ipv4@\(endpoint)"
        case .descriptor(let number): "sockpair@\(number)"
        }
    }
}

/// One frontend, or the front half of a `listen`.
package struct FrontendConfiguration: Sendable {
    package let name: String
    /// `iid` in `show stat`.
    package var id: Int
    package let origin: Origin
    package var binds: [BindConfiguration] = []
    /// Client connections; 0 leaves the process's limit.
    package var maxconn = 0
    package var timeouts = Timeouts()
    /// A number in `ProxyConfiguration.backends`.
    package var defaultBackend: Int?
    /// The other half of a `listen`.
    package var ownBackend: Int?
    /// Numbers that `use_backend` lines name outright.
    package var routedBackends: Set<Int> = []
    /// Some `use_backend` line computes a name, which may be any backend's.
    package var routesByName = false
    package var monitorURI: String?
    package var addsForwardedFor = false
    package var options = ForwardingOptions()
    package var isDisabled = false

    package init(name: String, id: Int, origin: Origin) {
        self.name = name
        self.id = id
        self.origin = origin
    }
}

/// One address of a `bind`.
package struct BindConfiguration: Hashable, Sendable {
    /// `*` and an empty host are 0.0.0.0; a unix path is a path; nil for an inherited descriptor.
    package var endpoint: Endpoint?
    /// The number of an inherited descriptor (`fd@3`), where there is no endpoint.
    package var descriptor: Int32 = -1
    /// `name` of the bind line.
    package var name: String?
    /// Length of the kernel's queue; 0 leaves the choice to the listener.
    package var backlog = 0
    /// `accept-proxy`: every connection starts with a PROXY protocol header.
    package var acceptsProxy = false
    /// A number in `TLSConfiguration.binds` for `ssl`, or -1.
    package var tls = -1
    package let origin: Origin

    package init(endpoint: Endpoint?, origin: Origin) {
        self.endpoint = endpoint
        self.origin = origin
    }
}

/// One backend, or the back half of a `listen`.
package struct BackendConfiguration: Sendable {
    package private(set) var name: String
    /// `iid` in `show stat`, `be_id` in `show servers state`.
    package var id: Int
    package let origin: Origin
    package var balance = BalanceConfiguration()
    package var timeouts = Timeouts()
    package var retries = 3
    package var redispatches = false
    package var addsForwardedFor = false
    package var options = ForwardingOptions()
    /// `dynamic-cookie-key`.
    package var dynamicCookieKey = ""
    package var usesAllBackups = false
    /// Some `use-server` rule names servers, which workers have to know then although they may be down.
    package var namesServers = false
    /// Those that rules name outright: they cannot be deleted.
    package var pinnedServers: Set<String> = []
    package var isDisabled = false
    package var check = CheckConfiguration()
    /// Where the health of its servers is told, as numbers in `ProxyConfiguration.logTargets`.
    package var logTargets: [Int] = []
    package var servers: [ServerConfiguration] = []

    package init(name: String, id: Int, origin: Origin) {
        self.name = name
        self.id = id
        self.origin = origin
    }
}

extension BackendConfiguration {
    /// The same settings under another name.
    func named(_ name: String, id: Int) -> BackendConfiguration {
        var copy = self
        copy.name = name
        copy.id = id
        return copy
    }

    /// The greatest number that divides the weights of all servers (`init_server_map`, HAProxy 2.6).
    var weightDivisor: Int {
        servers.map { $0.attributes.integer(.weight) ?? 1 }.reduce(0) { left, right in
            var (left, right) = (left, right)
            while right != 0 { (left, right) = (right, left % right) }
            return left
        }
    }
}

/// A named `defaults` section as `add backend … from` uses it.
package struct DefaultsConfiguration: Sendable {
    package let name: String
    /// A backend that says nothing itself.
    package var backend: BackendConfiguration
    /// `mode` was said, so that it need not be said again.
    package var hasMode = false
    /// Rules that its backends begin with.
    package var rules = ProxyRules()

    package init(name: String, backend: BackendConfiguration) {
        self.name = name
        self.backend = backend
    }
}

/// `balance` and `hash-type`.
package struct BalanceConfiguration: Hashable, Sendable {
    package var algorithm = Algorithm.roundRobin
    package var hashInput = HashInput.none
    /// Header name in lower case for `hdr(name)`, or the name for `url_param`.
    package var header = ""
    /// `hash EXPR`, in `ProxyConfiguration.rules`.
    package var expression: Int32 = -1
    package var hashFunction = HashFunction.sdbm
    /// `hdr(name) use_domain_only`.
    package var hashesDomainOnly = false
    /// `hash-balance-factor` in percent; 0 for none.
    package var balanceFactor = 0
    /// `hash-preserve-affinity maxconn`.
    package var rehashesFullServers = false
    /// `hash-type consistent`.
    package var isConsistent = false
    /// A static algorithm, `static-rr` or hashing without `consistent`: HAProxy refuses dynamic servers for it.
    package var isMapBased: Bool { algorithm == .mapHash || algorithm == .staticRoundRobin }
    /// Whether a key is mixed once more (`avalanche`), as `hash-type consistent` alone implies.
    package var usesAvalanche = false
    /// `uri whole`: the query is hashed too.
    package var hashesWholeURI = false
    /// `uri path-only`: scheme and authority are left out.
    package var hashesPathOnly = false
    /// `uri len N`: bytes looked at; 0 for all.
    package var hashLength = 0
    /// `uri depth N`: directories looked at; 0 for all.
    package var hashDepth = 0
    /// `random(N)`.
    package var draws = 2

    package init() {}

    /// Servers can be added and removed while running (HAProxy's "dynamic load balancing").
    package var allowsDynamicServers: Bool { !isMapBased }
}

/// How the servers of a backend are checked.
package struct CheckConfiguration: Hashable, Sendable {
    /// Nil for a connection check.
    package var script: CheckScript?
    /// `timeout check`.
    package var timeout: Milliseconds?
    /// `option log-health-checks`.
    package var isLogged = false

    package init() {}
}

/// One `server` line, `default-server` already merged into it.
package struct ServerConfiguration: Hashable, Sendable {
    package let name: String
    package var endpoint: Endpoint
    package var attributes = ServerAttributes()
    package var isDisabled = false
    package let origin: Origin

    package init(name: String, endpoint: Endpoint, origin: Origin) {
        self.name = name
        self.endpoint = endpoint
        self.origin = origin
    }
}

/// A map some rule names, with the entries of its file.
package struct MapConfiguration: Hashable, Sendable {
    /// As the configuration spells it: a path, `virt@name` or `opt@path`.
    package let name: String
    package var entries: [MapEntry] = []
    /// False for a file of patterns, whose entries have no values.
    package var isMap = true
    /// The ways keys are matched.
    package var matches: Set<MatchKind> = [.string]
    /// Some lookup does not tell capitals from small letters.
    package var ignoresCase = false
    /// Some way of matching has to look at the entries one by one.
    package var isListed = false
    /// What refers to it, for `show map`, e.g. `pattern loaded from file 'x' used by map at file 'y' line 3`.
    package var display = ""

    package init(name: String) {
        self.name = name
    }
}
