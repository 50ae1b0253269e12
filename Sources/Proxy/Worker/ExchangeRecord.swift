/// What became of one request, or of one TCP session: everything a log line or `show sess` says of it.
///
/// A worker keeps one for each client connection, in `Worker.records` under the client's descriptor, and hands
/// it to `Worker.endExchange` once when the exchange is over. Moments are milliseconds of `MonotonicClock`, 0
/// for one that never came; the timers of HAProxy's `httplog` (configuration.txt §8.4) are made of them here.
package struct ExchangeRecord: BitwiseCopyable {
    /// Who ended it: the first character of HAProxy's termination state (configuration.txt §8.5).
    package enum Cause: UInt8, BitwiseCopyable, Sendable {
        case normal = 0x2d
        case clientAborted = 0x43
        case serverAborted = 0x53
        case proxy = 0x50
        case local = 0x4c
        case resources = 0x52
        case internalError = 0x49
        case serverDown = 0x44
        case serverUp = 0x55
        case killed = 0x4b
        case clientTimeout = 0x63
        case serverTimeout = 0x73
    }

    /// What it waited for then: the second character.
    package enum Stage: UInt8, BitwiseCopyable, Sendable {
        case none = 0x2d
        case request = 0x52
        case queue = 0x51
        case connect = 0x43
        case header = 0x48
        case data = 0x44
        case last = 0x4c
        case tarpit = 0x54
    }

    // MARK: Moments

    /// The connection was accepted, or the exchange before it on the connection ended.
    package var idleSince: Int64 = 0
    /// The first byte of the request; the accept for TCP.
    package var began: Int64 = 0
    /// The whole header was there.
    package var requested: Int64 = 0
    /// A server had a place for it: the end of any queue.
    package var placed: Int64 = 0
    /// The connection to the server stood, or an idle one was taken.
    package var connected: Int64 = 0
    /// The response's whole header was there.
    package var responded: Int64 = 0
    /// The last byte was handed to the client's socket.
    package var ended: Int64 = 0

    // MARK: What passed

    /// Bytes of the request, and of what was sent to the client, headers included.
    package var bytesIn: Int64 = 0
    package var bytesOut: Int64 = 0
    /// 0 when the client got none.
    package var status: UInt16 = 0
    package var retries: UInt16 = 0
    /// A retry went to another server: HAProxy prints `+` before the retries.
    package var isRedispatched = false
    package var method: RequestHead.Method = .other
    package var isVersion10 = false
    package var isTCP = false
    /// The first exchange of its connection.
    package var isFirst = false
    /// A request has begun and was not handed to `endExchange` yet.
    package var isOpen = false
    /// A server was chosen: `slot` names it.
    package var hasServer = false
    /// The server connection had served another request before.
    package var isReused = false

    // MARK: Where it went

    package var frontend: Int32 = 0
    /// -1 when no backend was chosen.
    package var backend: Int32 = -1
    package var slot: UInt32 = 0
    /// As declared; the server's record owns it.
    package var serverName: RawText = .empty
    package var serverID: Int32 = 0
    package var serverAddress = SocketAddress()
    /// Requests before it in the server's and in the backend's queue.
    package var serverQueue: Int32 = 0
    package var backendQueue: Int32 = 0

    // MARK: How it ended

    package var cause: Cause = .normal
    package var stage: Stage = .none
    /// What was known of the persistence cookie when the request came: `N I D V E O U` or `-`.
    package var cookieIn: UInt8 = 0x2d
    /// What was done to it in the response: `N I U P R D` or `-`.
    package var cookieOut: UInt8 = 0x2d

    /// Variables, captures and what else rules and logs keep of the transaction; empty for most. Given back to
    /// the worker's pool when the exchange ends.
    package var kept = ValueStore()
    /// The severity a rule gave its log line: -1 for none at all, 8 for the usual one.
    package var logLevel: Int8 = 8

    package init() {}

    /// The first cause is the true one: what follows is its consequence.
    @inline(__always)
    package mutating func note(_ cause: Cause, _ stage: Stage) {
        guard self.cause == .normal else { return }
        self.cause = cause
        self.stage = stage
    }
}

extension ExchangeRecord {
    /// `%Ti`: idle before the first byte of the request.
    package var idleTime: Int { began == 0 ? -1 : Int(began - idleSince) }
    /// `%TR`: until the whole header was there; -1 when it never was.
    package var requestTime: Int { requested == 0 ? -1 : Int(requested - began) }
    /// `%Tw`: in queues; -1 when no place was had.
    package var queueTime: Int { placed == 0 || requested == 0 ? -1 : Int(placed - requested) }
    /// `%Tc`: until the connection stood; -1 when it never did.
    package var connectTime: Int { connected == 0 || placed == 0 ? -1 : Int(connected - placed) }
    /// `%Tr`: from there to the whole header of the response; -1 when it never came.
    package var responseTime: Int {
        responded == 0 || connected == 0 ? -1 : Int(responded - connected)
    }
    /// `%Td`: while data passed.
    package var dataTime: Int {
        let start = isTCP ? connected : responded
        return start == 0 || ended == 0 ? -1 : Int(ended - start)
    }
    /// `%Ta`: from the first byte of the request to the end.
    package var activeTime: Int { ended == 0 || began == 0 ? -1 : Int(ended - began) }
    /// `%Tt`: from the accept, or the end of the exchange before, to the end.
    package var totalTime: Int { ended == 0 ? -1 : Int(ended - idleSince) }

    /// The four characters of `%tsc`; TCP sessions print the first two (`%ts`).
    package var terminationState: InlineArray<4, UInt8> {
        [cause.rawValue, stage.rawValue, cookieIn, cookieOut]
    }
}
