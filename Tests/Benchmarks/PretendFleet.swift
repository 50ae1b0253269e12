import NIOCore
import NIOPosix
import RuntimeAPI

/// `apus-bench --pretend …`: hundreds of proxies in one process, each with a socket of its own.
struct PretendFleet {
    /// The first argument that makes `apus-bench` be one.
    static let argument = "--pretend"

    let program: PretendProxy.Program
    let folder: String
    let proxies: Int
    let servers: Int

    /// The words that start one, in the order of the fields.
    var arguments: [String] {
        [Self.argument, program.rawValue, folder, String(proxies), String(servers)]
    }

    init(_ program: PretendProxy.Program, folder: String, proxies: Int, servers: Int) {
        self.program = program
        self.folder = folder
        self.proxies = proxies
        self.servers = servers
    }

    /// Nil when the words are not those of a pretended fleet.
    init?(_ words: [String]) {
        guard words.count == 5, words[0] == Self.argument,
            let program = PretendProxy.Program(rawValue: words[1]),
            let proxies = Int(words[3]), let servers = Int(words[4])
        else { return nil }
        self.init(program, folder: words[2], proxies: proxies, servers: servers)
    }

    /// The socket of one proxy.
    func socket(_ number: Int) -> String { "\(folder)/lb\(number).sock" }

    /// Answers until the process ends; one thread, so that proxies need no locks.
    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let (program, servers) = (program, servers)
        let sockets = (0..<proxies).map { socket($0) }
        let listening = try await loop.flatSubmit {
            let prints = PretendProxy.Prints()
            let channels = sockets.enumerated().map { number, path in
                let proxy = PretendProxy(program, number: number, servers: servers, prints: prints)
                let bound = NIOLoopBound(proxy, eventLoop: loop)
                return ServerBootstrap(group: loop)
                    .serverChannelOption(.backlog, value: 64)
                    .childChannelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            let session = PretendSession(bound.value)
                            try channel.pipeline.syncOperations.addHandler(session)
                        }
                    }
                    .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
            }
            return EventLoopFuture.whenAllSucceed(channels, on: loop)
        }.get()
        try await listening[0].closeFuture.get()
    }
}

/// One connection to one proxy.
private final class PretendSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let proxy: PretendProxy
    private var session = ServerSession(level: .admin)

    init(_ proxy: PretendProxy) { self.proxy = proxy }

    func channelActive(context: ChannelHandlerContext) { proxy.connections += 1 }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var input = unwrapInboundIn(data).readableBytesView[...]
        var output = ByteBuffer()
        var isOver = false
        // A session takes a bounded amount at once.
        while !input.isEmpty {
            let part = input.prefix(65_536)
            session.receive(part)
            input = input.dropFirst(part.count)
            while let action = session.next() {
                switch action {
                case .execute(let command, _):
                    output.writeBytes(session.finish(proxy.execute(command)))
                case .reply(let bytes): output.writeBytes(bytes)
                case .close: isOver = true
                }
            }
        }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        if isOver { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
