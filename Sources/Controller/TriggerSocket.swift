package import NIOCore
import NIOPosix
import ServiceLifecycle

/// The local socket on which a post-receive hook says that references moved.
///
/// One line is one push; its text is only a hint. A client has five seconds, 4 KiB and one answer.
package struct TriggerSocket: Service {
    package let path: String
    private let group: any EventLoopGroup
    private let onPush: @Sendable () -> Void

    package init(
        path: String,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onPush: @escaping @Sendable () -> Void
    ) {
        self.path = path
        self.group = group
        self.onPush = onPush
    }

    /// The socket cannot be opened; says why and what to do.
    package struct Unavailable: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Opens the socket, replacing one that a killed process left behind but not one that somebody serves.
    package func listen() async throws(Unavailable) -> any Channel {
        guard path.utf8.count < 108 else {
            throw Unavailable(
                description:
                    "the socket path \(path) is longer than 107 bytes; choose another with --trigger"
            )
        }
        guard await !Self.notify(path, group: group) else {
            throw Unavailable(
                description:
                    "another apus run listens on \(path) already; give this one another socket with --trigger"
            )
        }
        do {
            return try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 64)
                .childChannelInitializer { [onPush] channel in
                    channel.eventLoop.makeCompletedFuture {
                        let limit = IdleStateHandler(allTimeout: .seconds(5))
                        try channel.pipeline.syncOperations.addHandlers(limit, PushReader(onPush))
                    }
                }
                .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
                .get()
        } catch {
            throw Unavailable(
                description:
                    "cannot listen on \(path): \(error); choose another socket with --trigger"
            )
        }
    }

    /// Serves until graceful shutdown.
    package func run() async throws {
        let channel = try await listen()
        try? await gracefulShutdown()
        try? await channel.close()
    }

    /// Tells whoever listens at `path` that references moved; true when it answered in time.
    package static func notify(
        _ path: String,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async -> Bool {
        let answered = group.any().makePromise(of: Bool.self)
        do {
            let channel = try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(5))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let limit = IdleStateHandler(readTimeout: .seconds(5))
                        try channel.pipeline.syncOperations.addHandlers(
                            limit,
                            AnswerReader(answered)
                        )
                    }
                }
                .connect(unixDomainSocketPath: path)
                .get()
            try await channel.writeAndFlush(ByteBuffer(string: "push\n"))
        } catch {
            answered.succeed(false)
        }
        return (try? await answered.futureResult.get()) ?? false
    }
}

/// Reads one line, acts and answers `ok`.
private final class PushReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let onPush: @Sendable () -> Void
    private var received = 0

    init(_ onPush: @escaping @Sendable () -> Void) { self.onPush = onPush }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        received += buffer.readableBytes
        guard buffer.readableBytesView.contains(UInt8(ascii: "\n")) else {
            if received > 4096 { context.close(promise: nil) }
            return
        }
        onPush()
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "ok\n")), promise: nil)
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Fulfils a promise with whether any answer came before the end.
private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answered: EventLoopPromise<Bool>

    init(_ answered: EventLoopPromise<Bool>) { self.answered = answered }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answered.succeed(true)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answered.succeed(false) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
