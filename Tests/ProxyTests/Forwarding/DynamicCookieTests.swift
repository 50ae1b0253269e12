import Testing

@testable import Proxy

@Suite struct DynamicCookieTests {
    @Test func `a dynamic cookie is the hash of key and address`() {
        // The published test values of XXH64.
        #expect(XXHash64.hash([]) == 0xef46_db37_51d8_e999)
        #expect(XXHash64.hash(Array("a".utf8)) == 0xd24e_c4f1_a98c_6e5b)
        #expect(XXHash64.hash(Array("abc".utf8)) == 0x44bc_2cf5_ad77_0999)
        // What HAProxy 2.6 sets for this server.
        let server = SocketAddress(ipv4: 0x7f00_0001, port: 28_992)
        #expect(DynamicCookie.value(of: server, key: "mykey") == "6c651ea97c0a0a83")
        #expect(DynamicCookie.value(of: SocketAddress(), key: "key") == nil)
    }
}
