import Model
import Testing

@testable import Proxy

struct ListeningSocketsTests {
    private func frontend(_ bind: BindConfiguration) -> FrontendConfiguration {
        var frontend = FrontendConfiguration(
            name: "edge",
            id: 2,
            origin: Origin(file: "test.cfg", line: 1, column: 1)
        )
        frontend.binds = [bind]
        return frontend
    }

    private func bind(_ endpoint: Endpoint?, descriptor: Int32 = -1) -> BindConfiguration {
        var bind = BindConfiguration(
            endpoint: endpoint,
            origin: Origin(file: "test.cfg", line: 2, column: 1)
        )
        bind.descriptor = descriptor
        return bind
    }

    private func open(_ bind: BindConfiguration) -> (ListeningSockets, [String]) {
        var sockets = ListeningSockets(workers: 2)
        var errors: [String] = []
        sockets.open([frontend(bind)], errors: &errors)
        return (sockets, errors)
    }

    private func close(_ sockets: ListeningSockets) {
        for owned in sockets.owned.joined() { owned.descriptor.close() }
    }

    @Test func `workers have a socket each for an address`() {
        let (sockets, errors) = open(bind(.ipv4(IPv4Address(bits: 0x7f00_0001), port: 0)))
        defer { close(sockets) }
        #expect(errors == [])
        #expect(sockets.addresses[0].count == 1)
        #expect(sockets.addresses[0][0].port != 0)
        #expect(sockets.owned.map(\.count) == [1, 1])
    }

    @Test func `an inherited socket is shared and stays open under its number`() throws {
        let listener = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        let (sockets, errors) = open(bind(nil, descriptor: listener.descriptor.number))
        defer { close(sockets) }
        #expect(errors == [])
        #expect(sockets.addresses[0].map(\.description) == [listener.address.description])
        #expect(sockets.owned.map(\.count) == [1, 1])
        #expect(sockets.inherited == [listener.descriptor])
        #expect(!sockets.owned[0].contains { $0.descriptor == listener.descriptor })
        #expect(listener.descriptor.isListening)
    }

    @Test func `a number that is no listening socket is refused by name`() {
        let (sockets, errors) = open(bind(nil, descriptor: 9_999))
        #expect(sockets.owned.map(\.count) == [0, 0])
        #expect(errors == ["Starting frontend edge: cannot use fd@9999: Bad file descriptor"])
    }
}
