import Certificates
import Crypto
import CryptoExtras
import Foundation
import Model
import Stage
import Testing
import X509

struct CertificateBundleTests {
    let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    @Test func `parts in any order become certificate, issuers, key`() throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let leaf = try authority.leaf(["www.example.com"], key: key)
        let scrambled = try [key.pem, authority.root.pem, authority.intermediate.pem, leaf.pem]
        let bundle = try CertificateBundle(pem: scrambled.joined())
        #expect(bundle.issuers == [authority.intermediate, authority.root])
        let parts = try [leaf.pem, authority.intermediate.pem, authority.root.pem, key.pem]
        #expect(bundle.payload.revealed == parts.joined())
        #expect(try CertificateBundle(pem: bundle.payload.revealed) == bundle)
    }

    @Test func `fingerprints and the serial number are those openssl prints`() throws {
        let bundle = try CertificateBundle(pem: Self.sample)
        #expect(
            bundle.sha256 == "b69f8ab8ad11165716a64aa07c80d421e42643eed0dc3e55b0d22d5392f23634"
        )
        #expect(bundle.sha1 == "CD2968B032A226D71B9257CE527BD5536686A18E")
        #expect(bundle.serial == "374DCBB2D917B9485C081A0890DF31973ACB1745")
        #expect(bundle.keyDescription == "ECDSA P-256")
        #expect(bundle.names == ["sample.example", "192.0.2.7", "2001:db8::7"])
    }

    @Test func `a wildcard covers one label`() throws {
        let bundle = try CertificateBundle(
            pem: try authority.bundle(["*.Example.com", "10.0.0.1"])
        )
        #expect(bundle.covers("www.EXAMPLE.com"))
        #expect(bundle.covers("*.example.com"))
        #expect(bundle.covers("10.0.0.1"))
        #expect(!bundle.covers("example.com"))
        #expect(!bundle.covers("a.b.example.com"))
        #expect(!bundle.covers(".example.com"))
    }

    @Test func `names and dates that do not fit are told all at once`() throws {
        let bundle = try CertificateBundle(pem: try authority.bundle(["www.example.com"]))
        let start = TestAuthority.start
        #expect(bundle.problems(covering: ["www.example.com"], at: start + 10) == [])
        let early = bundle.problems(covering: ["shop.example.com"], at: start - 10)
        #expect(
            early.map(\.description) == [
                "'shop.example.com' is not among its names (www.example.com)",
                "it is not valid before 2026-09-21T14:13:20Z",
            ]
        )
        let late = bundle.problems(covering: [], at: start + 91 * TestAuthority.day)
        #expect(late.map(\.description) == ["it expired at 2026-12-20T14:13:20Z"])
    }

    @Test func `a key of somebody else is refused`() throws {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let other = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let pem = try authority.leaf(["www.example.com"], key: key).pem + other.pem
        #expect(throws: CertificateProblem.keyDoesNotMatch) { try CertificateBundle(pem: pem) }
        #expect(throws: CertificateProblem.severalKeys) {
            try CertificateBundle(pem: pem + key.pem)
        }
        #expect(throws: CertificateProblem.noKey) {
            try CertificateBundle(pem: authority.root.pem)
        }
        #expect(throws: CertificateProblem.noCertificate) { try CertificateBundle(pem: key.pem) }
    }

    @Test func `a certificate that signed nothing in the chain is refused`() throws {
        let stranger = try TestAuthority()
        let pem = try authority.bundle(["www.example.com"]) + stranger.root.pem
        #expect(throws: CertificateProblem.self) { try CertificateBundle(pem: pem) }
    }

    @Test func `garbage and what is too large are refused in words`() throws {
        let texts = [
            "": "there is no certificate; add the 'BEGIN CERTIFICATE' part",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n":
                "not a PEM certificate: a certificate in it is damaged",
            "-----BEGIN CERTIFICATE-----\nMIIB\n":
                "not a PEM certificate: a part is damaged or has no end",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nMIIB\n-----END OPENSSH PRIVATE KEY-----\n":
                "not a PEM certificate: a part is of the kind 'OPENSSH PRIVATE KEY'",
            String(repeating: "a", count: CertificateBundle.sizeLimit + 1):
                "131073 bytes are more than the 131072 allowed for a certificate, its chain and its key",
        ]
        for (text, complaint) in texts {
            let error = #expect(throws: CertificateProblem.self) {
                try CertificateBundle(pem: text)
            }
            #expect(error?.description == complaint)
        }
    }

    @Test func `a key shows in no description, dump or interpolation`() throws {
        let pem = try authority.bundle(["www.example.com"])
        let bundle = try CertificateBundle(pem: pem)
        var dumped = ""
        dump(bundle, to: &dumped)
        dump(bundle.keyPEM, to: &dumped)
        let seen = dumped + "\(bundle) \(bundle.keyPEM) \(String(reflecting: bundle.payload))"
        for line in bundle.keyPEM.revealed.split(separator: "\n") { #expect(!seen.contains(line)) }
    }

    @Test(arguments: CertificateKeyKind.allCases) func `keys of every type fit their certificates`(
        type: CertificateKeyKind
    ) throws {
        // Making RSA keys takes seconds on a bad day; the two long ones are made by the same line.
        guard type != .rsa4096, type != .rsa3072 else { return }
        let key = try type.makeKey()
        let pem = try authority.leaf(["www.example.com"], key: key).pem + key.pem
        let kinds: [CertificateKeyKind: String] = [
            .ecdsaP256: "ECDSA P-256", .ecdsaP384: "ECDSA P-384", .rsa2048: "RSA 2048",
        ]
        #expect(try CertificateBundle(pem: pem).keyDescription == kinds[type])
    }

    /// Made by `openssl req -x509`, with a key in its traditional form.
    private static let sample = """
        -----BEGIN CERTIFICATE-----
        MIIBvjCCAWSgAwIBAgIUN03LstkXuUhcCBoIkN8xlzrLF0UwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOc2FtcGxlLmV4YW1wbGUwIBcNMjYxMTIzMTgwOTI2WhgPMjEy
        NjEwMzAxODA5MjZaMBkxFzAVBgNVBAMMDnNhbXBsZS5leGFtcGxlMFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAEitN4GmGt5+sBZZwLrprwj/NvYbcjs1QBnya8TX99
        SyzQxWrH6B4m8W/kX1IdN0COPvQA1NmMj3N5ghrpEq94mqOBhzCBhDAdBgNVHQ4E
        FgQUbMfFQfzuoRs5zfNgnmz84s+llxYwHwYDVR0jBBgwFoAUbMfFQfzuoRs5zfNg
        nmz84s+llxYwDwYDVR0TAQH/BAUwAwEB/zAxBgNVHREEKjAogg5zYW1wbGUuZXhh
        bXBsZYcEwAACB4cQIAENuAAAAAAAAAAAAAAABzAKBggqhkjOPQQDAgNIADBFAiBw
        FWpTMPwREx4pBl65XjEsvtybon3PnEns0+xHuAwkTAIhAKb0qn47pGCpJQ0YNerq
        Sj3z97RLFWMUs7S5iyiqJG8c
        -----END CERTIFICATE-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIP7wGrCB7BAk4F+9R8hOau/4/Z31V4p4dSwXFc0SgYPioAoGCCqGSM49
        AwEHoUQDQgAEitN4GmGt5+sBZZwLrprwj/NvYbcjs1QBnya8TX99SyzQxWrH6B4m
        8W/kX1IdN0COPvQA1NmMj3N5ghrpEq94mg==
        -----END EC PRIVATE KEY-----
        """
}
