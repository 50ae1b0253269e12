import Model
import Testing

@Suite struct ServerIdentityTests {
    private func path(_ backend: String, _ server: String) throws -> ServerPath {
        ServerPath(try BackendName(backend), try ServerName(server))
    }

    private func attributes(_ values: [ServerAttribute: String]) throws -> ServerAttributes {
        var attributes = ServerAttributes()
        for (attribute, text) in values {
            let value = try #require(AttributeValue(text, for: attribute))
            attributes[attribute] = value
        }
        return attributes
    }

    @Test(arguments: [
        ("shop", "shop-1", 679687), ("shop", "shop-2", 39043), ("cache", "cache-1", 487669),
        ("a", "b", 804124),
    ])
    func `the id of a name never changes`(backend: String, server: String, id: Int) throws {
        #expect(ServerIdentity.preferredID(of: try path(backend, server)) == id)
    }

    @Test func `ids stay in the range that the ring can tell apart`() throws {
        for number in 0..<10_000 {
            let id = ServerIdentity.preferredID(of: try path("b", "s\(number)"))
            #expect((1...ServerIdentity.idLimit).contains(id))
        }
    }

    @Test func `probing wraps to one`() {
        #expect(ServerIdentity.nextID(after: 1) == 2)
        #expect(ServerIdentity.nextID(after: ServerIdentity.idLimit) == 1)
    }

    @Test func `the digest of attributes never changes`() throws {
        #expect(ServerIdentity.digest(of: ServerAttributes()) == 0x8bb5_75ae_918a_b5d8)
        let digest = ServerIdentity.digest(
            of: try attributes([.check: "", .inter: "2s", .rise: "2"])
        )
        #expect(digest == 0x81e2_cbe2_d48e_f211)
    }

    @Test func `what changes in place and who the server is are not in the digest`() throws {
        let base = try attributes([.check: "", .inter: "2s"])
        let other = try attributes([
            .check: "", .inter: "2000", .weight: "7", .maxconn: "3", .id: "9", .guid: "x",
            .addr: "10.0.0.1",
        ])
        #expect(ServerIdentity.digest(of: base) == ServerIdentity.digest(of: other))
        let changed = try attributes([.check: "", .inter: "3s"])
        #expect(ServerIdentity.digest(of: base) != ServerIdentity.digest(of: changed))
    }

    @Test func `a guid carries the digest and reads back`() throws {
        let attributes = try attributes([.check: ""])
        let guid = ServerIdentity.guid(of: try path("shop", "shop-1"), attributes: attributes)
        #expect(guid.hasPrefix("apus:"))
        #expect(guid.utf8.count == 38)
        #expect(ServerIdentity.digest(inGUID: guid) == ServerIdentity.digest(of: attributes))
    }

    @Test(arguments: [
        "", "apus", "apus:1:2", "other:0000000000000000:0000000000000000",
        "apus:x:000000000000000g", "a:b:c:d",
    ])
    func `a guid of somebody else has no digest`(guid: String) {
        #expect(ServerIdentity.digest(inGUID: guid) == nil)
    }

    @Test func `an id carries ten bits of the digest where the ring does not look`() {
        let id = ServerIdentity.id(1_048_575, carrying: 0xffff_ffff_ffff_f2a5)
        #expect(id <= Int(Int32.max))
        #expect(ServerIdentity.ringID(id) == 1_048_575)
        #expect(ServerIdentity.digest(inID: id) == 0x2a5)
        #expect(ServerIdentity.digest(inID: 1_048_575) == nil)
    }
}
