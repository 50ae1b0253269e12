import Foundation
import Model
import Testing

@testable import Controller

@Suite struct StoredCertificatesTests {
    private let now: @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970 * 1000) }

    private func desired(_ name: String, _ dnsNames: [String] = []) throws -> DesiredCertificate {
        var certificate = DesiredCertificate(
            name: try CertificateFileName("\(name).pem"),
            document: name,
            source: .files(certificate: "\(name).crt", key: "\(name).key"),
            origin: Origin(file: "tls.yaml", line: 1, column: 1)
        )
        certificate.dnsNames = dnsNames
        return certificate
    }

    private func reason(_ content: DesiredCertificate.Content) -> String {
        if case .unavailable(let reason) = content { reason } else { "" }
    }

    @Test func `files give a version, and its key only when it is asked for`() async throws {
        let pem = try TestPEM()
        defer { pem.remove() }
        try pem.make("a", ["a.example", "*.a.example"])
        let source = StoredCertificates(folder: pem.folder.path, store: "/nowhere", now: now)
        let certificate = try desired("a", ["a.example", "www.a.example"])
        guard case .issued(let issued) = await source.content(of: certificate) else {
            Issue.record("no version")
            return
        }
        #expect(issued.fingerprint.sha1 == (try pem.sha1("a")))
        #expect(issued.names == ["*.a.example", "a.example"])
        #expect(issued.keyType == "ecdsa" && issued.keyBits == 256)
        #expect(issued.notAfter > issued.notBefore)
        let payload = try await source.payload(of: certificate.name, issued.fingerprint)
        #expect(payload.utf8.count == issued.payloadSize)
        #expect(payload.contains("PRIVATE KEY") && payload.contains("BEGIN CERTIFICATE"))
        #expect(!"\(issued)".contains("PRIVATE"))
    }

    @Test func `a file that changed is read again, and what was planned is not given out`()
        async throws
    {
        let pem = try TestPEM()
        defer { pem.remove() }
        try pem.make("a", ["a.example"])
        let source = StoredCertificates(folder: pem.folder.path, store: "/nowhere", now: now)
        let certificate = try desired("a")
        guard case .issued(let first) = await source.content(of: certificate) else {
            Issue.record("no version")
            return
        }
        try pem.make("a", ["a.example"])
        let old = try? await source.payload(of: certificate.name, first.fingerprint)
        #expect(old == nil)
        guard case .issued(let second) = await source.content(of: certificate) else {
            Issue.record("no version")
            return
        }
        #expect(second.fingerprint != first.fingerprint)
        #expect(second.fingerprint.sha1 == (try pem.sha1("a")))
    }

    @Test func `what no client would accept is not given to any proxy`() async throws {
        let pem = try TestPEM()
        defer { pem.remove() }
        try pem.make("a", ["a.example"])
        try pem.make("b", ["b.example"])
        let folder = pem.folder.path
        let source = StoredCertificates(folder: folder, store: folder, now: now)
        #expect(reason(await source.content(of: try desired("none"))).contains("cannot be read"))
        #expect(
            reason(await source.content(of: try desired("a", ["c.example"])))
                == "it does not cover c.example, only a.example"
        )
        let late = now() + 91 * 86_400_000
        let later = StoredCertificates(folder: folder, store: folder, now: { late })
        #expect(reason(await later.content(of: try desired("a"))).hasPrefix("it expired on"))
        try FileManager.default.removeItem(atPath: pem.path("a.key"))
        try FileManager.default.copyItem(atPath: pem.path("b.key"), toPath: pem.path("a.key"))
        let mixed = reason(await source.content(of: try desired("a")))
        #expect(mixed.contains("belongs to none"))
        #expect(!mixed.contains("BEGIN"))
        var issued = try desired("x")
        issued.source = .issuer(
            DesiredIssuer(name: "public", directory: "https://a", origin: issued.origin)
        )
        #expect(
            reason(await source.content(of: issued)) == "issuer public has not issued it yet"
        )
    }
}
