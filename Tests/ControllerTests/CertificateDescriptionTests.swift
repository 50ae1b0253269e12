import Model
import Planning
import Testing

@testable import Controller

@Suite struct CertificateDescriptionTests {
    private func row(_ content: DesiredCertificate.Content) throws -> CertificateRow {
        var certificate = DesiredCertificate(
            name: try CertificateFileName("certs/shop.pem"),
            document: "shop",
            source: .files(certificate: "a.crt", key: "a.key"),
            origin: Origin(file: "tls.yaml", line: 3, column: 5)
        )
        certificate.content = content
        return CertificateRow(certificate, fleet: try FleetName("edge"))
    }

    private func issued(notAfter: Int) throws -> IssuedCertificate {
        let digest = try #require(
            CertificateFingerprint(
                sha256: String(repeating: "a", count: 64),
                sha1: String(repeating: "b", count: 40)
            )
        )
        var issued = IssuedCertificate(digest)
        issued.notAfter = notAfter
        issued.names = ["shop.example"]
        return issued
    }

    @Test func `a list says what each is and when it ends`() throws {
        let description = CertificateDescription(now: 0, columns: 100)
        let rows = [
            try row(.issued(issued(notAfter: 30 * 86_400))), try row(.unavailable("it is gone")),
        ]
        let lines = description.lines(rows).map(\.plain)
        #expect(lines.count == 3)
        #expect(lines[1].contains("30 d") && lines[1].contains("BBBBBBBBBBBB"))
        #expect(lines[2].contains("it is gone"))
    }

    @Test func `the details hold names and digests, and the problem if there is one`() throws {
        let description = CertificateDescription(now: 0, columns: 100)
        let text = description.details(try row(.issued(issued(notAfter: 0)))).map(\.plain)
            .joined(separator: "\n")
        #expect(text.contains("shop.example") && text.contains("expired"))
        #expect(text.contains(String(repeating: "a", count: 64)))
        let missing = description.details(try row(.unavailable("it is gone"))).map(\.plain)
        #expect(missing.contains { $0.contains("problem") && $0.contains("it is gone") })
    }
}
