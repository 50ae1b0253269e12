import Logging
import Model
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Controller

@Suite struct StatusServerTests {
    /// Serves a board on a free port while `body` asks.
    private func serve(
        _ board: StatusBoard,
        _ body: @Sendable @escaping (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = StatusServer(board: board, host: "127.0.0.1", port: 0, logger: logger) {
            address in
            port.yield(address.split(separator: ":").last.flatMap { Int($0) } ?? 0)
        }
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            for await port in ports {
                try await body(port)
                break
            }
            group.cancelAll()
        }
    }

    /// The whole answer to a GET.
    private static func get(_ path: String, _ port: Int) async throws -> String {
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel
                    )
                }
            }
        return try await client.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "GET \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            )
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }

    @Test func `health, readiness, metrics and status are served`() async throws {
        let board = StatusBoard(repository: "/srv/fleet.git", ref: "main")
        try await serve(board) { port in
            #expect(try await Self.get("/healthz", port).hasSuffix("\r\n\r\nok\n"))
            #expect(try await Self.get("/readyz", port).hasPrefix("HTTP/1.1 503"))
            board.update { status, _ in status.good = Fixture.revision }
            #expect(try await Self.get("/readyz", port).hasPrefix("HTTP/1.1 200"))
            let metrics = try await Self.get("/metrics", port)
            #expect(metrics.contains("application/openmetrics-text; version=1.0.0"))
            #expect(metrics.hasSuffix("# EOF\n"))
            #expect(
                try await Self.get("/api/v1/status", port).contains(
                    "\"repository\":\"/srv/fleet.git\""
                )
            )
            #expect(try await Self.get("/nothing", port).hasPrefix("HTTP/1.1 404"))
        }
    }
}
