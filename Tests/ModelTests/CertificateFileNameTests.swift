import Model
import Testing

struct CertificateFileNameTests {
    @Test(arguments: ["certs/shop.pem", "/etc/haproxy/certs/a.pem", "@store/alias", "a:b.pem"])
    func `a name that a command and a list can hold is accepted`(_ text: String) throws {
        #expect(try CertificateFileName(text).text == text)
    }

    @Test(arguments: [
        "", "*certs/a.pem", "#a", "!a", "a b", "a;b", "certs/", "a[b", "a\nb", "[a",
    ])
    func `a name that would be read as something else is refused`(_ text: String) {
        #expect(throws: InvalidName.self) { try CertificateFileName(text) }
    }
}
