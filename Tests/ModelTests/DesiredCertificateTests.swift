import Model
import Testing

struct DesiredCertificateTests {
    @Test func `a certificate is issued only when its source told`() throws {
        let digest = try #require(
            CertificateFingerprint(
                sha256: String(repeating: "0", count: 64),
                sha1: String(repeating: "1", count: 40)
            )
        )
        var certificate = DesiredCertificate(
            name: try CertificateFileName("a.pem"),
            document: "a",
            source: .files(certificate: "a.crt", key: "a.key"),
            origin: Origin(file: "a.yaml", line: 1, column: 1)
        )
        #expect(certificate.issued == nil)
        certificate.content = .unavailable("the file is missing")
        #expect(certificate.issued == nil)
        certificate.content = .issued(IssuedCertificate(digest))
        #expect(certificate.issued?.fingerprint == digest)
    }

    @Test func `every kind of key says its bits in its name`() {
        for kind in CertificateKeyKind.allCases {
            #expect(kind.rawValue.filter(\.isNumber) == "\(kind.bits)" || kind.bits < 400)
        }
    }
}
