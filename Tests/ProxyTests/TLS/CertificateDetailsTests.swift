import Testing

@testable import Proxy

struct CertificateDetailsTests {
    @Test func `names, key and details are those of the file`() throws {
        let certificate = try Certificate(pem: TestCertificates.wildcard)
        #expect(certificate.names == ["b.example", "*.b.example"])
        #expect(certificate.keyKind == .ecdsa)
        #expect(certificate.check() == nil)
        #expect(
            certificate.details.contains("Subject Alternative Name: DNS:b.example, DNS:*.b.example")
        )
        #expect(try Certificate(pem: TestCertificates.rsa).keyKind == .rsa)
    }

    @Test func `what is no pair is found out`() throws {
        let first = try Certificate(pem: TestCertificates.first)
        #expect(Certificate(first, keyText: TestCertificates.renewed)?.check() == .keyMismatch)
        #expect(Certificate(first, keyText: TestCertificates.first)?.check() == nil)
        #expect(Certificate(first, keyText: "junk") == nil)
        #expect(throws: Certificate.Mistake.noCertificate) { try Certificate(pem: "junk") }
        #expect(throws: Certificate.Mistake.noCertificate) { try Certificate(pem: "") }
    }

    @Test func `further certificates of a file are its chain`() throws {
        let both = TestCertificates.first + TestCertificates.other
        let certificate = try Certificate(pem: both)
        #expect(certificate.names == ["a.example"])
        #expect(certificate.details.contains("Chain Subject: /CN=c.example\n"))
    }
}
