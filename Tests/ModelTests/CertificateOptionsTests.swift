import Model
import Testing

struct CertificateOptionsTests {
    @Test func `the order of options does not matter`() throws {
        let typed = try CertificateOptions(parsing: "[verify none allow-0rtt  alpn h2,http/1.1]")
        let printed = try CertificateOptions(parsing: "alpn h2,http/1.1 verify none allow-0rtt")
        #expect(typed == printed)
        #expect(typed.description == "allow-0rtt alpn h2,http/1.1 verify none")
    }

    @Test(arguments: [
        "[bogus x]", "[alpn]", "[alpn h2 alpn h3]", "[verify no]ne]", "[ciphers a;b]",
    ])
    func `what a line cannot hold is refused`(_ text: String) {
        #expect(throws: InvalidName.self) { try CertificateOptions(parsing: text) }
    }

    @Test func `a line is not different for options that are never printed`() throws {
        let wanted = try CertificateOptions(parsing: "alpn h2 sigalgs RSA+SHA256")
        let other = try CertificateOptions(parsing: "alpn h2 sigalgs ECDSA+SHA256")
        #expect(try CertificateOptions(parsing: "alpn h2").shows(wanted))
        #expect(try !CertificateOptions(parsing: "verify none").shows(wanted))
        #expect(!other.shows(wanted))
    }
}
