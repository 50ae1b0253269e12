import Model
import Testing

@testable import Proxy

@Suite struct SocketAddressTests {
    @Test(arguments: ["1.2.3.4:80", "[2001:db8::1]:8080", "unix@/run/a.sock", "abns@name"])
    func `an address prints as the endpoint it was made of`(_ text: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(SocketAddress(endpoint).description == text)
    }
}
