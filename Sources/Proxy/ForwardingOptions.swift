/// How a frontend or backend treats the connections and headers that pass, as its `option` lines and their like
/// say; the request path reads it as it is.
package struct ForwardingOptions: BitwiseCopyable, Sendable {
    /// `mode tcp`: bytes pass as they are.
    package var isTCP = false
    /// `option http-server-close`: no server connection is used for a second request.
    package var closesServer = false
    /// `option httpclose`: nor is any client connection.
    package var closesClient = false
    /// `option http-pretend-keepalive`: servers are not told that their connection will be closed.
    package var pretendsKeepAlive = false
    /// `option clitcpka` and `srvtcpka`: the kernel looks now and then whether an idle peer still stands.
    package var probesClients = false
    package var probesServers = false
    /// `option abortonclose`: a client that hangs up before its response takes its request along.
    package var abortsOnClose = false
    /// `option http-buffer-request`: a request goes on once its body, or a buffer full of it, is there.
    package var buffersRequest = false
    package var reuse = Reuse.safe
    package var forwardedFor = ForwardedFor()
    package var retryOn = RetryConditions.connectionFailure
    /// `option redispatch N`: every N-th retry, or the N-th from the last when negative, goes elsewhere.
    package var redispatchInterval: Int16 = -1
    /// `fullconn`: sessions at which servers get their whole `maxconn`; 0 leaves it to the frontends' limits.
    package var fullconn: Int32 = 0
    package var cookie = CookiePersistence()

    /// `http-reuse` (configuration.txt, HAProxy 2.6): which requests may share an idle server connection.
    package enum Reuse: UInt8, BitwiseCopyable, Sendable {
        /// A client's own connection is used for its requests only.
        case never
        /// All but the first request of a client.
        case safe
        /// The first request too, over a connection that was reused before.
        case aggressive
        case always
    }

    /// `option forwardfor [except NETWORK] [header NAME] [if-none]`.
    package struct ForwardedFor: BitwiseCopyable, Sendable {
        /// Not where the request has the field already.
        package var ifNone = false
        /// In lower case; empty for `x-forwarded-for`.
        package var header: RawText = .empty
        /// Clients in this network are left out.
        package var except = Network()

        package init() {}
    }

    package init() {}
}

/// An address with the length of its prefix; matches nothing by default.
package struct Network: BitwiseCopyable, Sendable {
    package var family: SocketAddress.Family = .none
    package var high: UInt64 = 0
    package var low: UInt64 = 0
    package var prefix: UInt8 = 0

    package init() {}

    /// Whether an address of the same family lies in it.
    package func contains(_ address: SocketAddress) -> Bool {
        guard family == address.family else { return false }
        switch family {
        case .ipv4:
            let mask = prefix == 0 ? 0 : UInt64(UInt32.max << UInt32(32 - Int(prefix)))
            return (low ^ address.low) & mask == 0
        case .ipv6:
            let upper =
                prefix >= 64 ? UInt64.max : prefix == 0 ? 0 : UInt64.max << UInt64(64 - prefix)
            let lower = prefix <= 64 ? 0 : UInt64.max << UInt64(128 - Int(prefix))
            return (high ^ address.high) & upper == 0 && (low ^ address.low) & lower == 0
        case .none, .unix, .abstract: return false
        }
    }
}

/// `retry-on`: after which failures a request is sent again (configuration.txt, HAProxy 2.6).
package struct RetryConditions: OptionSet, BitwiseCopyable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let connectionFailure = RetryConditions(rawValue: 1)
    package static let emptyResponse = RetryConditions(rawValue: 2)
    package static let junkResponse = RetryConditions(rawValue: 4)
    package static let responseTimeout = RetryConditions(rawValue: 8)
    /// `all-retryable-errors` without its status codes.
    package static let failures: RetryConditions = [
        .connectionFailure, .emptyResponse, .junkResponse, .responseTimeout,
    ]
    private static let codes = [401, 403, 404, 408, 425, 500, 501, 502, 503, 504]

    /// The condition for a response's status; empty for one that `retry-on` does not know.
    @inline(__always)
    package static func status(_ status: Int) -> RetryConditions {
        switch status {
        case 401: RetryConditions(rawValue: 1 << 8)
        case 403: RetryConditions(rawValue: 1 << 9)
        case 404: RetryConditions(rawValue: 1 << 10)
        case 408: RetryConditions(rawValue: 1 << 11)
        case 425: RetryConditions(rawValue: 1 << 12)
        case 500: RetryConditions(rawValue: 1 << 13)
        case 501: RetryConditions(rawValue: 1 << 14)
        case 502: RetryConditions(rawValue: 1 << 15)
        case 503: RetryConditions(rawValue: 1 << 16)
        case 504: RetryConditions(rawValue: 1 << 17)
        default: []
        }
    }

    /// A word of `retry-on`, nil for one that is not known.
    package init?(named name: String) {
        switch name {
        case "none": self = []
        case "conn-failure": self = .connectionFailure
        case "empty-response": self = .emptyResponse
        case "junk-response": self = .junkResponse
        case "response-timeout": self = .responseTimeout
        case "all-retryable-errors":
            self = [.failures, .status(500), .status(502), .status(503), .status(504)]
        default:
            guard let code = Int(name), Self.codes.contains(code) else { return nil }
            self = .status(code)
        }
    }

    /// Anything for which a request has to be kept after it was sent.
    @inline(__always)
    package var needsRequest: Bool { rawValue > 1 }
}
