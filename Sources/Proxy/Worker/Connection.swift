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
        /// The request is held until a server has a place for it.
        case queued
        /// The request is held until the server connection stands.
        case connecting
        /// The header went out, the request's body is passing.
        case sending
        /// The whole request went out.
        case receiving
        /// Everything was answered; what the client still sends is thrown away, so that closing does not
        /// reset the connection under the answer.
        case lingering
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

    // MARK: Clients

    var frontend: Int32 = 0
    var backend: Int32 = -1
    var method: RequestHead.Method = .other
    var isVersion10 = false
    /// Something of the next request has arrived.
    var hasStarted = false
    /// Close once the output is sent.
    var closesWhenSent = false
    /// And read on for a while before, because the client may still be sending.
    var lingers = false
    /// `request` may be sent again on another connection.
    var isReplayable = false
    /// A server counts this exchange as its session.
    var holdsSlot = false
    /// The response's header went to the client.
    var hasResponse = false
    var attempts: UInt8 = 0
    var key = HashKey.none
    /// The header as it goes to the server, while it may have to be sent (again).
    var request = ByteQueue()
    var address = SocketAddress()

    // MARK: Servers

    var isConnecting = false
    /// In the pool of its slot.
    var isIdle = false
    var wasReused = false
    var interimResponses: UInt8 = 0
}
