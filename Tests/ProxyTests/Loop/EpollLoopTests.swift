import Testing

@testable import Proxy

@Suite struct EpollLoopTests {
    /// A connected pair over the loopback.
    private func pair() throws -> (client: Descriptor, server: Descriptor) {
        let listener = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        let client = try Socket.connect(to: listener.address).release()
        var epoll = EpollLoop()
        epoll.watchLevel(listener.descriptor, token: 0)
        _ = epoll.wait(milliseconds: 5000)
        var peer = SocketAddress()
        guard case .connection(let server) = listener.descriptor.accept(from: &peer) else {
            throw SocketError(call: "accept", address: listener.address.description, code: 0)
        }
        return (client, server)
    }

    private func send(_ text: String, to descriptor: Descriptor) {
        _ = Array(text.utf8).span.withSlice { descriptor.send($0) }
    }

    @Test func `an edge is told once until something new happens`() throws {
        let (client, server) = try pair()
        defer {
            client.close()
            server.close()
        }
        var epoll = EpollLoop()
        epoll.watch(server, token: 9)
        #expect(epoll.wait(milliseconds: 5000) == 1)
        #expect(epoll.event(0).isWritable)
        #expect(!epoll.event(0).isReadable)
        #expect(epoll.wait(milliseconds: 0) == 0)
        send("x", to: client)
        #expect(epoll.wait(milliseconds: 5000) == 1)
        #expect(epoll.event(0).isReadable)
        #expect(epoll.event(0).token == 9)
        #expect(epoll.wait(milliseconds: 0) == 0)
        send("y", to: client)
        #expect(epoll.wait(milliseconds: 5000) == 1)
    }

    @Test func `an end behind unread bytes is told with them`() throws {
        // A short read together with edges would hide the end.
        let (client, server) = try pair()
        defer { server.close() }
        send("x", to: client)
        client.close()
        var epoll = EpollLoop()
        var isHungUp = false
        epoll.watch(server, token: 1)
        for _ in 0..<10 where !isHungUp {
            _ = epoll.wait(milliseconds: 500)
            isHungUp = epoll.event(0).isHungUp
        }
        #expect(isHungUp)
    }

    @Test func `a descriptor that was forgotten tells nothing`() throws {
        let (client, server) = try pair()
        defer {
            client.close()
            server.close()
        }
        var epoll = EpollLoop()
        epoll.watchLevel(server, token: 1)
        epoll.forget(server)
        send("x", to: client)
        #expect(epoll.wait(milliseconds: 20) == 0)
    }
}
