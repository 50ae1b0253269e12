package import Model
import NIOCore
package import NIOPosix

/// Reaches proxies over unix and TCP sockets.
package struct SocketTransport: RuntimeTransport {
    private let group: MultiThreadedEventLoopGroup

    /// `TCP_USER_TIMEOUT` in milliseconds (tcp(7)): what nobody acknowledged by then is never sent again, so
    /// that a command given up during a partition cannot arrive after a newer one.
    private static let userTimeout = ChannelOptions.Types.SocketOption(
        level: .tcp,
        name: NIOBSDSocket.Option(rawValue: 18)
    )

    package init(group: MultiThreadedEventLoopGroup = .singleton) { self.group = group }

    package func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        let inbox = SocketInbox()
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SocketReader(inbox: inbox))
                }
            }
        do {
            let channel =
                switch address {
                case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
                case .tcp(let host, let port):
                    try await bootstrap.channelOption(Self.userTimeout, value: 10_000)
                        .connect(host: host, port: Int(port)).get()
                }
            return SocketConnection(channel: channel, inbox: inbox)
        } catch {
            throw TransportError(connecting: error)
        }
    }
}

/// One connected socket.
struct SocketConnection: RuntimeConnection {
    let channel: any Channel
    let inbox: SocketInbox

    /// Only hands over: a peer that does not read shows itself by not replying either.
    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        guard channel.isActive else { throw .reset }
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
        let ticket = inbox.ticket()
        let inbox = inbox
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { inbox.expire(ticket) }
        let result = await withCheckedContinuation { inbox.wait($0, ticket) }
        timer.cancel()
        return try result.get()
    }

    func close() async {
        // Whether the peer closed first does not matter any more.
        try? await channel.close()
    }
}

extension TransportError {
    /// Linux's numbers of the errors that tell a user what to do.
    private enum Errno {
        static let operationNotPermitted: CInt = 1
        static let noEntry: CInt = 2
        static let tryAgain: CInt = 11
        static let permissionDenied: CInt = 13
        static let notConnected: CInt = 107
        static let connectionReset: CInt = 104
        static let timedOut: CInt = 110
        static let connectionRefused: CInt = 111
    }

    fileprivate init(connecting error: any Error) {
        switch error {
        case let error as IOError: self.init(number: error.errnoCode, words: "\(error)")
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self.init(connecting: first.error)
            } else {
                self = .failed("the name \(error.host) could not be resolved")
            }
        case ChannelError.connectTimeout: self = .timedOut
        default: self = .failed("\(error)")
        }
    }

    private init(number: CInt, words: String) {
        self =
            switch number {
            case Errno.noEntry: .absent
            case Errno.connectionRefused: .refused
            case Errno.permissionDenied, Errno.operationNotPermitted: .permissionDenied
            case Errno.timedOut: .timedOut
            case Errno.connectionReset, Errno.notConnected: .reset
            case Errno.tryAgain: .failed("the socket's queue of connections is full; try again")
            default: .failed(words)
            }
    }
}
