import Model
import Testing

struct BackendIdentityTests {
    @Test func `a guid names the backend and the section it was made from, for ever`() throws {
        let shop = try BackendName("shop")
        let http = try DefaultsName("http")
        let guid = BackendIdentity.guid(of: shop, from: http)
        // Every fleet carries these.
        #expect(guid == "apus:dfc356d6ebdfce26:3303552be29e6cdc")
        #expect(BackendIdentity.isOurs(guid, shop))
        #expect(BackendIdentity.isOurs(guid, try BackendName("shop2")) == false)
        #expect(BackendIdentity.differs(guid, shop, from: http) == false)
        #expect(BackendIdentity.differs(guid, shop, from: try DefaultsName("tcp")))
    }

    @Test func `somebody else's guid, or none, says nothing`() throws {
        let shop = try BackendName("shop")
        for guid in [nil, "", "apus:", "by-hand", "apus:0000000000000000:0000000000000000"] {
            #expect(BackendIdentity.isOurs(guid, shop) == false)
            #expect(BackendIdentity.differs(guid, shop, from: try DefaultsName("http")) == false)
        }
    }
}
