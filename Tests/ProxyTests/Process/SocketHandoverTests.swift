import Model
import Testing

@testable import Proxy

struct SocketHandoverTests {
    /// As many listening sockets as asked for.
    private func listeners(_ count: Int) throws -> [Descriptor] {
        try (0..<count).map { _ in
            try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0)).release()
        }
    }

    @Test(arguments: [0, 1, 252, 300]) func `sockets arrive in the order they were given`(
        count: Int
    ) throws {
        let sockets = try listeners(count)
        defer { for socket in sockets { socket.close() } }
        let (server, client) = try #require(Descriptor.pair())
        let thread = SystemThread {
            var buffer = ScratchBuffer(capacity: 64)
            defer { buffer.free() }
            while buffer.count < SocketHandover.question.utf8.count {
                guard case .bytes = server.receive(into: &buffer) else { break }
            }
            SocketHandover.give(sockets, to: server)
            server.close()
        }
        let taken = try #require(SocketHandover.take(from: client))
        thread.join()
        defer { for socket in taken { socket.descriptor.close() } }
        #expect(taken.map(\.address) == sockets.map { $0.localAddress.description })
    }

    @Test func `who answers nonsense gives nothing`() throws {
        let (server, client) = try #require(Descriptor.pair())
        _ = server.send(Array("Unknown command\n".utf8), passing: [])
        server.shutdownSending()
        let taken = SocketHandover.take(from: client)
        #expect(taken == nil)
        server.close()
    }

    @Test func `a successor keeps every socket of an address and opens what is missing`() throws {
        let socket = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        let address = socket.address
        var bind = BindConfiguration(
            endpoint: .ipv4(IPv4Address(bits: 0x7f00_0001), port: address.port),
            origin: Origin(file: "t", line: 1, column: 1)
        )
        bind.backlog = 10
        var frontend = FrontendConfiguration(
            name: "f",
            id: 1,
            origin: Origin(file: "t", line: 1, column: 1)
        )
        frontend.binds = [bind]
        let number = socket.descriptor.number
        var sockets = ListeningSockets(workers: 2, inherited: [InheritedSocket(socket.release())])
        var errors: [String] = []
        sockets.open([frontend], errors: &errors)
        defer { for owned in sockets.owned.joined() { owned.descriptor.close() } }
        #expect(errors == [])
        #expect(sockets.owned.map(\.count) == [1, 1])
        #expect(sockets.owned[0][0].descriptor.number == number)
    }
}
