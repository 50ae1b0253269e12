import Model
import Testing

@testable import Desired

@Suite struct CertificateDocumentTests {
    static let boot = """
        defaults
            mode http
        frontend edge
            bind :443 ssl crt-list certs/edge.crtlist alpn h2
            bind :444 ssl strict-sni crt-list certs/strict.crtlist
            bind :445 ssl crt certs/first.pem crt-list certs/second.crtlist
        backend shop

        """

    static let issuer =
        "apiVersion: apus/v1\nkind: Issuer\nmetadata: {name: public}\nspec:\n  acme: {directory: \"https://acme.example/dir\", contact: ops@example.com}\n"

    static func certificate(_ spec: String, name: String = "shop") -> String {
        issuer
            + "---\napiVersion: apus/v1\nkind: Certificate\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static let mistakes: [(String, String)] = [
        ("a certificate without a source", certificate("  crt: a.pem")),
        (
            "a certificate with two sources",
            certificate(
                "  crt: a.pem\n  dnsNames: [a.example]\n  issuer: public\n  files: {certificate: a.crt, key: a.key}"
            )
        ),
        ("an issuer without names", certificate("  crt: a.pem\n  issuer: public")),
        (
            "an issuer that nobody declared",
            certificate("  crt: a.pem\n  dnsNames: [a.example]\n  issuer: pubic")
        ),
        (
            "a wildcard without dns-01",
            certificate("  crt: a.pem\n  dnsNames: [a.example, \"*.a.example\"]\n  issuer: public")
        ),
        (
            "names that are none",
            certificate(
                "  crt: a.pem\n  dnsNames: [a b, \"!a.example\", \"*\", a., a.example, A.example]\n  issuer: public"
            )
        ),
        (
            "a name that would be read as an option",
            certificate("  crt: \"*a.pem\"\n  files: {certificate: a.crt, key: a.key}")
        ),
        ("files without a key", certificate("  crt: a.pem\n  files: {certificate: a.crt}")),
        (
            "files that climb",
            certificate("  crt: a.pem\n  files: {certificate: ../a.crt, key: a.key}")
        ),
        (
            "a kind of key for files",
            certificate("  crt: a.pem\n  key: rsa-2048\n  files: {certificate: a.crt, key: a.key}")
        ),
        (
            "a kind of key that is none",
            certificate("  crt: a.pem\n  dnsNames: [a.example]\n  key: rsa-1024\n  issuer: public")
        ),
        (
            "a list that no bind serves from",
            certificate(
                "  crt: a.pem\n  files: {certificate: a.crt, key: a.key}\n  crtLists: [{name: certs/egde.crtlist}]"
            )
        ),
        (
            "options that no line can hold",
            certificate(
                "  crt: a.pem\n  files: {certificate: a.crt, key: a.key}\n  crtLists:\n  - {name: certs/edge.crtlist, sslOptions: \"[alpn h2 no-tls-tickets]\"}\n  - {name: certs/edge.crtlist, sslOptions: \"[alpn]\", filters: [a b, \"a]\"]}"
            )
        ),
        (
            "a line twice",
            certificate(
                "  crt: a.pem\n  files: {certificate: a.crt, key: a.key}\n  crtLists: [{name: certs/edge.crtlist}, {name: certs/edge.crtlist}]"
            )
        ),
        (
            "two documents for one certificate",
            certificate("  crt: a.pem\n  files: {certificate: a.crt, key: a.key}") + "---\n"
                + certificate("  crt: a.pem\n  files: {certificate: b.crt, key: b.key}", name: "b")
                .dropFirst(issuer.count + 4)
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "certificate.txt", boot: Self.boot)
    }

    private func resolved(_ text: String) throws -> DesiredFleet {
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet.replacing(
                "  routing: {hostMap: maps/hosts.map}\n",
                with: ""
            ),
            "boot/edge.cfg": Self.boot, "x.yaml": text,
        ])
        #expect(loaded.diagnostics.filter { $0.severity == .error } == [])
        return try #require(loaded.state?.fleets.first)
    }

    @Test func `a certificate carries its source, its names and its lines`() throws {
        let fleet = try resolved(
            Self.certificate(
                """
                  crt: certs/shop.pem
                  dnsNames: [www.shop.example, Shop.example]
                  issuer: public
                  key: rsa-3072
                  crtLists:
                  - {name: certs/strict.crtlist}
                  - {name: certs/edge.crtlist, sslOptions: "[verify none alpn h2]", filters: [b.example, "!a.example"]}
                """
            )
        )
        let certificate = try #require(fleet.certificates.first)
        #expect(certificate.name.text == "certs/shop.pem")
        #expect(certificate.document == "shop")
        #expect(certificate.dnsNames == ["shop.example", "www.shop.example"])
        #expect(certificate.key == .rsa3072)
        #expect(certificate.content == .unasked)
        guard case .issuer(let issuer) = certificate.source else {
            Issue.record("no issuer")
            return
        }
        #expect(issuer.directory == "https://acme.example/dir")
        #expect(issuer.contact == ["ops@example.com"])
        #expect(
            certificate.lines.map(\.list.text) == ["certs/edge.crtlist", "certs/strict.crtlist"]
        )
        #expect(
            certificate.lines[0].line.description
                == "certs/shop.pem [alpn h2 verify none] !a.example b.example"
        )
        #expect(certificate.lines[1].line.description == "certs/shop.pem")
    }

    @Test func `the boot file tells which lists have no default`() throws {
        let fleet = try resolved(
            Self.certificate("  crt: a.pem\n  files: {certificate: /etc/a.crt, key: a.key}")
        )
        #expect(
            fleet.certificates.first?.source == .files(certificate: "/etc/a.crt", key: "a.key")
        )
        #expect(
            fleet.listsWithoutDefault.map(\.text).sorted() == [
                "certs/second.crtlist", "certs/strict.crtlist",
            ]
        )
    }
}
