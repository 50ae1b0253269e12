/// One row of a worker's connection table, found by descriptor: a client, a server or a listener.
///
/// All zeroes is a free row. The generation tells an event for a closed connection from one for the
/// connection that got the same descriptor since.
struct Connection: BitwiseCopyable {
    enum Role: UInt8, BitwiseCopyable { case free, listener, mailbox, client, upstream }

    /// Where a client's exchange stands.
    enum Phase: UInt8, BitwiseCopyable {
        /// Waits for a request, or for the rest of its header.
        case idle
        /// Waits for the PROXY protocol header that the bind demands.
        case proxyHeader
        /// The TLS handshake is under way.
        case handshake
        /// The request is held until a server has a place for it.
        case queued
        /// Refused, but told so only when its time has come.
        case tarpit
        /// The request is held for a moment before the same server is tried again.
        case waiting
        /// The request is held until the server connection stands.
        case connecting
        /// The header went out, the request's body is passing.
        case sending
        /// The whole request went out.
        case receiving
        /// Bytes pass both ways as they are: TCP mode, or HTTP after 101 or CONNECT.
        case tunnel
        /// Everything was answered; what the client still sends is thrown away, so that closing does not
        /// reset the connection under the answer.
        case lingering
    }

    /// What a persistence cookie said.
    struct Persistence: BitwiseCopyable {
        /// The server it names, -1 for none that is up.
        var slot: Int32 = -1
        /// Seconds since 1970 at which it was last, and first, set; 0 when it does not say.
        var lastSeen = 0
        var firstSeen = 0
    }

    // MARK: Both sides

    var role: Role = .free
    var phase: Phase = .idle
    /// An edge said so and no read has found the socket drained since.
    var isReadable = false
    var isRegistered = false
    /// The peer sends nothing more, so a short read does not prove that the socket is drained.
    var isHungUp = false
    /// Client: may stay open after this exchange. Server: may be used again.
    var keepsAlive = false
    /// Input waits that cannot be used before more arrives.
    var needsMoreInput = false
    /// Tunnels: the peer's end was read.
    var hasEnded = false
    /// Tunnels: we sent the peer our end.
    var isShut = false
    var generation: UInt32 = 0
    /// The other side's descriptor, 0 for none.
    var peer: Int32 = 0
    /// Neighbours in the list of idle connections (servers) or of the queue (clients), 0 for none.
    var next: Int32 = 0
    var previous: Int32 = 0
    var slot: UInt32 = 0
    /// The body that is read from this side.
    var body = BodyTransfer()
    /// Received and not yet used.
    var input = ByteQueue()
    /// Not yet taken by the socket.
    var output = ByteQueue()

    /// What seals what is sent and opens what is received; `output` is what was sealed.
    var tls = TLSSession()
    /// The peer said through TLS that nothing follows.
    var hasSaidEnd = false

    // MARK: Clients

    var frontend: Int32 = 0
    var backend: Int32 = -1
    var method: RequestHead.Method = .other
    var isVersion10 = false
    var isTCP = false
    /// Something of the next request has arrived.
    var hasStarted = false
    /// Close once the output is sent.
    var closesWhenSent = false
    /// And read on for a while before, because the client may still be sending.
    var lingers = false
    /// `request` may be sent again on another connection.
    var isReplayable = false
    /// `request` holds all that was sent, for the retries that `retry-on` asks for.
    var holdsRequest = false
    /// A server counts this exchange as its session.
    var holdsSlot = false
    /// How often the slot's sessions had been shut down when this one was placed.
    var shutdownsBefore: UInt32 = 0
    /// And as one of the places its `maxconn` allows.
    var holdsPlace = false
    /// The backend counts this exchange as its session.
    var isInBackend = false
    /// The response's header went to the client.
    var hasResponse = false
    /// Asks to become a tunnel: Upgrade or CONNECT.
    var asksTunnel = false
    /// A tunnel has just begun: what the client sent already is to be looked at.
    var startsTunnel = false
    /// The server connection serves no second request.
    var closesServer = false
    /// Hanging up gives the exchange up.
    var abortsOnClose = false
    var isPost = false
    var persistence = Persistence()
    /// `force-persist`: a server that is down is as good.
    var forcesServer = false
    /// `ignore-persist`: no cookie counts.
    var ignoresCookie = false
    /// The reply of the book that ends a tarpit.
    var lastReply: Int32 = -1
    /// The rest of a body is awaited before the request goes on.
    var awaitsBody = false
    var attempts: UInt8 = 0
    /// The slot that a retry or persistence asks for, -1 for any.
    var wanted: Int32 = -1
    /// The slot whose queue it waits in, -1 for the backend's.
    var queuedSlot: Int32 = -1
    /// The server connection kept for this client alone (`http-reuse never`), 0 for none.
    var own: Int32 = 0
    var key = HashKey.none
    /// The header as it goes to the server, while it may have to be sent (again).
    var request = ByteQueue()
    var address = SocketAddress()
    /// Where a PROXY protocol header said the client connected to; of family `none` without one.
    var destination = SocketAddress()
    /// Variables of the session.
    var sessionKept = ValueStore()
    /// Requests before this one on the connection.
    var requestNumber: UInt32 = 0

    // MARK: Servers

    var isConnecting = false
    /// Its handshake is under way.
    var isShaking = false
    /// In the pool of its slot.
    var isIdle = false
    /// Idle, but kept for the client that `previous` names.
    var isPrivate = false
    var wasReused = false
    /// It told the server of one client, so no other may use it.
    var namesClient = false
    var interimResponses: UInt8 = 0
    /// Idle connections this worker keeps to the slot, -1 for any number.
    var poolLimit: Int32 = -1
    /// Milliseconds an idle connection is kept at least.
    var purgeDelay: UInt32 = 0
    /// Of its server.
    var observer = TrafficObserver()

    // MARK: Listeners, and the clients they let in

    /// The bind's number in `RoutingSnapshot.tls`, or -1.
    var bind: Int32 = -1
    var acceptsProxy = false
}
