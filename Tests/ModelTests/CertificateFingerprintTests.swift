import Model
import Testing

struct CertificateFingerprintTests {
    @Test func `digests are kept as they are compared`() throws {
        let sha256 = String(repeating: "Ab", count: 32)
        let sha1 = String(repeating: "cD", count: 20)
        let fingerprint = try #require(CertificateFingerprint(sha256: sha256, sha1: sha1))
        #expect(fingerprint.sha256 == sha256.lowercased())
        #expect(fingerprint.sha1 == sha1.uppercased())
        #expect(fingerprint.short == "CDCDCDCDCDCD")
    }

    @Test(arguments: [
        "", "ab", String(repeating: "g", count: 64), String(repeating: "é", count: 32),
    ])
    func `what is no digest is refused`(_ text: String) {
        let sha1 = String(repeating: "0", count: 40)
        #expect(CertificateFingerprint(sha256: text, sha1: sha1) == nil)
        let sha256 = String(repeating: "0", count: 64)
        #expect(CertificateFingerprint(sha256: sha256, sha1: text) == nil)
    }
}
