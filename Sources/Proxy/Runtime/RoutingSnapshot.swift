/// Everything a request needs to find its server, immutable, as one value in raw memory.
///
/// `BackendTable` builds it and `Published` hands it to the workers by one atomic pointer. Unchanged
/// parts are shared with the snapshot before, so publishing costs what changed.
package struct RoutingSnapshot: BitwiseCopyable {
    /// Grows by one with every publish.
    package var generation: UInt64 = 0
    /// By frontend number, fixed at boot.
    package var frontends: RawArray<FrontendSnapshot> = .empty
    /// By backend number, the services behind those of the boot file and what was added since behind these; a number
    /// is not used again while a reader may hold it.
    package var backends: RawArray<BackendSnapshot> = .empty
    /// By map number, fixed at boot.
    package var maps: RawArray<MapSnapshot> = .empty
    /// Names of backends as keys, so that a computed name finds its number.
    package var backendNames = MapSnapshot()
    /// Conditions, formats and actions, fixed at boot; backends that are added bring a name and a row.
    package var rules = RuleBook()
    /// Binds with `ssl` by their number.
    package var tls: RawArray<TLSBindSnapshot> = .empty
    /// Variables of the process (`proc.`).
    package var variables: RawArray<ProcessVariable> = .empty

    package init() {}
}

/// One variable of the process.
package struct ProcessVariable: BitwiseCopyable {
    /// As `RuleBookDraft.variable` numbers it.
    package var number: Int32
    package var text: RawText
    package var kind = Sample.Kind.string
    /// Of what is no text, as in `Sample`.
    package var high: UInt64 = 0
    package var low: UInt64 = 0

    package init(number: Int32, text: RawText) {
        self.number = number
        self.text = text
    }

    /// The value; its bytes are valid as long as the snapshot.
    package var sample: Sample {
        var sample = Sample(text.slice)
        sample.kind = kind
        (sample.high, sample.low) = (high, low)
        return sample
    }
}

/// One frontend's rules and limits.
package struct FrontendSnapshot: BitwiseCopyable {
    /// Its place in `RoutingSnapshot.frontends`, and so in the rules.
    package var number: Int32 = 0
    /// The other half of a `listen`, or -1: its rules are the frontend's own.
    package var ownBackend: Int32 = -1
    /// `default_backend`'s number, or -1.
    package var defaultBackend: Int32 = -1
    /// `monitor-uri`; empty when there is none.
    package var monitorURI: RawText = .empty
    package var timeouts = Timeouts()
    package var addsForwardedFor = false
    package var options = ForwardingOptions()
    package var isEnabled = true

    package init() {}
}

/// Timeouts of a frontend and a backend in milliseconds; 0 stands for none.
package struct Timeouts: BitwiseCopyable, Hashable, Sendable {
    package var client: UInt32 = 0
    package var httpRequest: UInt32 = 0
    package var httpKeepAlive: UInt32 = 0
    package var connect: UInt32 = 0
    package var server: UInt32 = 0
    package var queue: UInt32 = 0
    package var tunnel: UInt32 = 0
    package var clientFin: UInt32 = 0
    package var serverFin: UInt32 = 0
    /// 0 leaves it to `connect`.
    package var tarpit: UInt32 = 0

    package init() {}
}

/// One backend as the request path sees it.
package struct BackendSnapshot: BitwiseCopyable {
    /// Changes whenever anything below does, so workers can keep what they derived.
    package var generation: UInt64 = 0
    /// False for a number that is not in use.
    package var exists = false
    /// Rules pass it over (`unpublish backend`).
    package var isUnpublished = false
    package var algorithm: Algorithm = .roundRobin
    /// What a hashing algorithm hashes; ignored by the others.
    package var hashInput: HashInput = .none
    /// `hash EXPR`, in the book.
    package var hashExpression: Int32 = -1
    /// Header name in lower case for `hdr(name)`, or the name for `url_param`.
    package var hashHeader: RawText = .empty
    package var hashFunction = HashFunction.sdbm
    /// `hdr(name) use_domain_only`.
    package var hashesDomainOnly = false
    /// `hash-balance-factor` in percent; 0 for none.
    package var balanceFactor: UInt16 = 0
    /// `hash-preserve-affinity maxconn`: a full server's requests go to the next on the ring.
    package var rehashesFullServers = false
    /// What the weights of all servers of a static algorithm have in common.
    package var weightDivisor: UInt16 = 1
    /// Mixes the key once more (`avalanche`).
    package var usesAvalanche = false
    /// `uri whole`.
    package var hashesWholeURI = false
    /// `uri path-only`.
    package var hashesPathOnly = false
    /// `uri len`, 0 for all.
    package var hashLength: UInt32 = 0
    /// `uri depth`, 0 for all.
    package var hashDepth: UInt32 = 0
    /// `random(draws)`.
    package var draws: UInt8 = 2
    /// Servers that may take a request now (ready or forced, up, weight above 0), active before backup,
    /// in order of declaration. Draining servers are not here.
    package var servers: ChunkedArray<ServerSnapshot> = .empty
    /// The greatest weight among `servers`.
    package var maxWeight: UInt16 = 1
    /// All of `servers` weigh the same.
    package var hasEqualWeights = true
    /// Empty unless the algorithm hashes. A node's `server` indexes `ringPlaces`.
    package var ring: HashRing = .empty
    /// Where in `servers` a ring's server is, or -1 when it takes no requests.
    package var ringPlaces: RawArray<Int32> = .empty
    package var timeouts = Timeouts()
    package var addsForwardedFor = false
    package var retries: UInt8 = 3
    /// A retry may go to another server (`option redispatch`).
    package var redispatches = false
    package var options = ForwardingOptions()
    /// Every server, where a cookie keeps clients with theirs; else empty.
    package var cookieServers: RawArray<CookieServer> = .empty

    package init() {}
}

/// A server that a persistence cookie may name: it may be draining, or down.
package struct CookieServer: BitwiseCopyable {
    package var server: ServerSnapshot
    /// Takes requests that belong to it.
    package var isUp: Bool
}

/// `balance`.
package enum Algorithm: UInt8, BitwiseCopyable, Sendable {
    case roundRobin, leastConnections, random, first, consistentHash
    /// The two that build a table of the servers and allow none to come or go.
    case mapHash, staticRoundRobin
}

/// What `balance uri | hdr() | source | hash` hashes.
package enum HashInput: UInt8, BitwiseCopyable, Sendable {
    case none, source, uri, header, parameter, expression
}

/// One usable server.
package struct ServerSnapshot: BitwiseCopyable {
    /// Its place in the `SlotArena`, where everything that moves is counted.
    package var slot: UInt32 = 0
    /// Sixteenths of its weight, 1 to 4096, so that a server can start with little; the weight itself where
    /// the algorithm is static.
    package var weight: UInt16 = 1
    /// Of its declaration, or given.
    package var id: Int32 = 0
    /// 0 for unlimited.
    package var maxconn: UInt32 = 0
    package var address = SocketAddress()
    package var options = ServerOptions()
    /// As declared; its record owns it.
    package var name: RawText = .empty

    package init() {}
}

/// An IPv4, IPv6 or unix address without pointers.
package struct SocketAddress: BitwiseCopyable {
    /// Which of the fields below count.
    package enum Family: UInt8, BitwiseCopyable { case none, ipv4, ipv6, unix, abstract }

    package var family: Family = .none
    package var port: UInt16 = 0
    /// IPv4 in `low`, host order.
    package var high: UInt64 = 0
    package var low: UInt64 = 0
    /// Path or abstract name.
    package var path: RawText = .empty

    package init() {}
}

/// One node of a consistent-hash ring.
package struct RingPoint: BitwiseCopyable {
    package var key: UInt32
    package var server: UInt32

    package init(key: UInt32, server: UInt32) {
        self.key = key
        self.server = server
    }
}
