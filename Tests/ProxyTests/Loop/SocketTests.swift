import Model
import Testing

@testable import Proxy

@Suite struct SocketTests {
    /// Waits for an event of `descriptor`.
    private func wait(_ descriptor: Descriptor) {
        var epoll = EpollLoop()
        epoll.watchLevel(descriptor, token: 1)
        _ = epoll.wait(milliseconds: 5000)
    }

    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "abns@apus-socket-tests"])
    func `bytes pass between a client and a listener`(_ text: String) throws {
        let endpoint = try #require(Endpoint(text))
        let listener = try SocketListener.listen(on: SocketAddress(endpoint))
        let address = endpoint.port == nil ? SocketAddress(endpoint) : listener.address
        let client = try Socket.connect(to: address)
        wait(listener.descriptor)
        var peer = SocketAddress()
        guard case .connection(let accepted) = listener.descriptor.accept(from: &peer) else {
            Issue.record("nothing to accept")
            return
        }
        let server = Socket(owning: accepted)
        #expect(client.descriptor.pendingError == 0)
        #expect(server.descriptor.isQuiet)
        #expect(Array("ping".utf8).span.withSlice { client.descriptor.send($0) } == .bytes(4))
        wait(server.descriptor)
        #expect(!server.descriptor.isQuiet)
        var buffer = ScratchBuffer(capacity: 10)
        defer { buffer.free() }
        #expect(server.descriptor.receive(into: &buffer) == .bytes(4))
        #expect(server.descriptor.receive(into: &buffer) == .wouldBlock)
        #expect(buffer.bytes.array == Array("ping".utf8))
        client.descriptor.shutdownSending()
        wait(server.descriptor)
        #expect(server.descriptor.receive(into: &buffer) == .end)
    }

    @Test func `a socket that cannot be made is an error that names it`() {
        let path = "/tmp/apus-no-such-folder/socket"
        do throws(SocketError) {
            _ = try SocketListener.listen(path: path, mode: nil).release()
            Issue.record("listened in a folder that is not there")
        } catch {
            #expect(error.call == "bind")
            #expect(error.description.contains(path))
            #expect(error.description.hasSuffix("No such file or directory"))
        }
    }
}
