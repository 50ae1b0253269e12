import Model
import Testing

@testable import Planning

struct ServerMarkTests {
    private let path = Build.path("a")
    private let server = Build.desired("a", [.sendProxy: .flag, .weight: .integer(3)])

    private func observed(id: Int = 1, guid: String? = nil) -> ObservedServer {
        var observed = ObservedServer(name: path.server, id: id, endpoint: nil)
        observed.guid = guid
        return observed
    }

    private func mark(_ capabilities: ProxyCapabilities, balance: String = "") -> ServerMark {
        var boot = BootBackend()
        boot.balance = balance
        return ServerMark(capabilities: capabilities, boot: boot)
    }

    @Test func `a guid tells ours from others and equal attributes from different ones`() {
        let mark = mark(Build.haproxy30)
        let own = observed(guid: ServerIdentity.guid(of: path, attributes: server.attributes))
        let other = observed(guid: ServerIdentity.guid(of: path, attributes: ServerAttributes()))
        #expect(mark.isOurs(own, at: path))
        #expect(mark.differs(server, from: own) == false)
        #expect(mark.differs(server, from: other) == true)
        #expect(!mark.isOurs(observed(guid: "theirs"), at: path))
        #expect(mark.differs(server, from: observed(guid: "theirs")) == nil)
    }

    @Test func `id bits do the same before 3.0`() {
        let mark = mark(Build.haproxy26)
        let ring = ServerIdentity.preferredID(of: path)
        let own = observed(id: mark.id(ring, for: server))
        #expect(own.id != ring)
        #expect(mark.isOurs(own, at: path))
        #expect(mark.differs(server, from: own) == false)
        #expect(mark.differs(Build.desired("a"), from: own) == true)
        #expect(!mark.isOurs(observed(id: 1), at: path))
        #expect(mark.differs(server, from: observed(id: 1)) == nil)
    }

    @Test func `an id that the document fixes carries nothing`() {
        let fixed = Build.desired("a", [.id: .integer(77)])
        let mark = mark(Build.haproxy26)
        #expect(mark.id(77, for: fixed) == 77)
        #expect(mark.differs(fixed, from: observed(id: 77)) == nil)
    }

    @Test func `a weight is not part of the digest`() {
        let mark = mark(Build.haproxy30)
        let lighter = Build.desired("a", [.sendProxy: .flag, .weight: .integer(1)])
        let own = observed(guid: ServerIdentity.guid(of: path, attributes: server.attributes))
        #expect(mark.differs(lighter, from: own) == false)
    }

    @Test func `with balance first only the id itself tells`() {
        let mark = mark(Build.haproxy26, balance: "first")
        let ring = ServerIdentity.preferredID(of: path)
        #expect(mark.id(ring, for: server) == ring)
        #expect(mark.isOurs(observed(id: ring), at: path))
        #expect(mark.differs(server, from: observed(id: ring)) == nil)
    }
}
