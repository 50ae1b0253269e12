import Model
import Testing

struct CertificateSourceTests {
    /// A source that keeps nothing.
    private struct Empty: CertificateSource {
        func content(of certificate: DesiredCertificate) async -> DesiredCertificate.Content {
            .unavailable("nothing is kept here")
        }

        func payload(
            of certificate: CertificateFileName,
            _ fingerprint: CertificateFingerprint
        ) async throws(CertificatePayloadError) -> String {
            throw CertificatePayloadError("nothing is kept here")
        }
    }

    @Test func `a source that has no key says so in words`() async throws {
        let digest = try #require(
            CertificateFingerprint(
                sha256: String(repeating: "0", count: 64),
                sha1: String(repeating: "1", count: 40)
            )
        )
        let name = try CertificateFileName("a.pem")
        do throws(CertificatePayloadError) {
            _ = try await Empty().payload(of: name, digest)
            Issue.record("a key came from nowhere")
        } catch {
            #expect(error.description == "nothing is kept here")
        }
    }
}
