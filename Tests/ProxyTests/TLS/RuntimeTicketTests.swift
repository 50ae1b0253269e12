import RuntimeAPI
import Testing

@testable import Proxy

/// Keys of tickets, OCSP responses and names at the Runtime API, in HAProxy's words.
struct RuntimeTicketTests {
    private static func key(_ byte: UInt8, size: Int = 48) -> String {
        Base64.encoded([UInt8](repeating: byte, count: size))
    }

    private static let files = [
        "/a.pem": TestCertificates.first, "/s.pem": TestAuthority.issued,
        "/s.pem.issuer": TestAuthority.certificate,
        "/tickets": "\(key(1))\n\(key(2))\n\(key(3))\n\(key(4))\n",
        "/list": "/a.pem\n/s.pem *.b.example !no.b.example\n",
    ]

    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(
            "frontend fe\n bind :443 ssl crt-list /list tls-ticket-keys /tickets",
            files: Self.files
        )
    }

    @Test func `a new key becomes the last and the one before it seals`() throws {
        let proxy = try fixture()
        #expect(proxy.run("show tls-keys") == "# id (file)\n0 (/tickets)\n")
        let head = "# id secret\n# 0 (/tickets)\n"
        let keys = [2, 3, 4].map { Self.key($0) }
        let shown = "\(head)0.0 \(keys[0])\n0.1 \(keys[1])\n0.2 \(keys[2])\n"
        #expect(proxy.run("show tls-keys *") == shown)
        #expect(proxy.run("show tls-keys #0") == shown)
        #expect(proxy.run("set ssl tls-key #0 \(Self.key(9))") == "[6] TLS ticket key updated!")
        #expect(
            proxy.run("show tls-keys /tickets")
                == "\(head)0.0 \(keys[1])\n0.1 \(keys[2])\n0.2 \(Self.key(9))\n"
        )
    }

    @Test(arguments: [
        ("show tls-keys nope", "[3] 'show tls-keys' unable to locate referenced filename"),
        (
            "set ssl tls-key",
            "[3] 'set ssl tls-key' expects a filename and the new TLS key in base64 encoding."
        ),
        (
            "set ssl tls-key /tickets",
            "[3] 'set ssl tls-key' expects a filename and the new TLS key in base64 encoding."
        ),
        (
            "set ssl tls-key nope \(key(9))",
            "[3] 'set ssl tls-key' unable to locate referenced filename"
        ),
        (
            "set ssl tls-key #0 garbage",
            "[3] 'set ssl tls-key' received invalid base64 encoded TLS key."
        ),
        (
            "set ssl tls-key #0 \(key(9, size: 80))",
            "[3] 'set ssl tls-key' received a key of wrong size."
        ),
        ("show ssl ocsp-response", "# Certificate IDs\n"),
        (
            "show ssl ocsp-response nope",
            "[3] 'show ssl ocsp-response' expects a valid certid or certificate path."
        ),
        (
            "set ssl ocsp-response",
            "[3] 'set ssl ocsp-response' expects response in base64 encoding."
        ),
        (
            "set ssl ocsp-response !",
            "[3] 'set ssl ocsp-response' received invalid base64 encoded response."
        ),
        (
            "dump ssl cert /a.pem",
            "[3] Can't dump '/a.pem': apus-proxy keeps private keys to itself."
        ),
        ("show ssl sni -f nope", "[3] Didn't find the specified frontend!"),
        ("show ssl sni -f", "[3] '-f' requires a frontend name!"),
    ])
    func `mistakes are told`(line: String, answer: String) throws {
        #expect(try fixture().run(line) == answer)
    }

    @Test func `a response comes by a transaction and goes on by itself`() throws {
        let proxy = try fixture()
        let set = "set ssl cert /s.pem"
        #expect(
            proxy.run("\(set).issuer", payload: TestAuthority.certificate)
                == "[5] Transaction created for certificate /s.pem!"
        )
        #expect(
            proxy.run("\(set).ocsp", payload: TestAuthority.goodResponse)
                == "[5] Transaction updated for certificate /s.pem!"
        )
        #expect(
            proxy.run("\(set).ocsp", payload: "garbage!\n")
                == "[3] Error reading OCSP response in base64 formatCan't load the payload\nCan't update /s.pem.ocsp!\n"
        )
        #expect(proxy.run("show ssl cert */s.pem.ocsp").contains("\n    Cert Status: good\n"))
        #expect(proxy.run("commit ssl cert /s.pem") == "Committing /s.pem.\nSuccess!\n")
        let listed = proxy.run("show ssl ocsp-response")
        let key = try #require(listed.firstMatch(of: #/key : ([0-9a-f]+)\n/#)).1
        #expect(
            listed.contains("Certificate path : /s.pem\n Certificate ID:\n   Issuer Name Hash: ")
        )
        #expect(listed.hasSuffix("   Serial Number: 1234\n"))
        #expect(proxy.run("show ssl cert /s.pem").hasSuffix("OCSP Response Key: \(key)\n"))
        for name in ["\(key)", "/s.pem", "text /s.pem"] {
            let shown = proxy.run("show ssl ocsp-response \(name)")
            #expect(shown.hasPrefix("OCSP Response Data:\n    OCSP Response Status: successful"))
            #expect(shown.contains("\n    Cert Status: good\n") && !shown.contains("\n\n"))
        }
        let base64 = TestAuthority.goodResponse.filter { !$0.isNewline }
        #expect(proxy.run("show ssl ocsp-response base64 /s.pem") == "\(base64)\n")
        #expect(
            proxy.run("set ssl ocsp-response", payload: TestAuthority.revokedResponse)
                == "[6] OCSP Response updated!"
        )
        #expect(proxy.run("show ssl cert /s.pem.ocsp").contains("Cert Status: revoked"))
    }

    @Test func `a response about another certificate is not committed`() throws {
        let proxy = try fixture()
        _ = proxy.run("set ssl cert /a.pem.issuer", payload: TestAuthority.certificate)
        _ = proxy.run("set ssl cert /a.pem.ocsp", payload: TestAuthority.goodResponse)
        #expect(
            proxy.run("commit ssl cert /a.pem")
                == "[3] OCSP single response: Certificate ID does not match certificate and issuer\nCan't commit /a.pem!\n"
        )
    }

    @Test func `every name is listed with its certificate`() throws {
        let rows = try fixture().run("show ssl sni").split(separator: "\n").map(String.init)
        #expect(
            rows[0] == "# Frontend/Bind\tSNI\tNegative Filter\tType\tFilename\tNotAfter\tNotBefore"
        )
        let names = rows.dropFirst().map { row in
            row.split(separator: "\t").dropFirst().prefix(4).joined(separator: " ")
        }
        #expect(
            names == [
                "a.example - ecdsa /a.pem", "* - ecdsa /a.pem",
                "*.b.example !no.b.example ecdsa /s.pem",
            ]
        )
    }

    @Test func `a file needs three keys of one size`() throws {
        #expect(TicketKey(base64: Self.key(1, size: 47)) == nil)
        #expect(throws: TLSContext.Mistake.self) {
            try TicketKey.read("\(Self.key(1))\n\(Self.key(2))\n", of: "f")
        }
        #expect(throws: TLSContext.Mistake.self) {
            try TicketKey.read("\(Self.key(1))\n\(Self.key(2))\n\(Self.key(3, size: 80))", of: "f")
        }
        #expect(TicketKey(base64: Self.key(7, size: 80))?.base64 == Self.key(7, size: 80))
    }

    @Test func `what is no response is told`() {
        #expect(throws: StapledResponse.Mistake.self) { try StapledResponse(der: [1, 2, 3]) }
        #expect(throws: StapledResponse.Mistake.self) { try StapledResponse(base64: "AAAA") }
        #expect(
            (try? StapledResponse(base64: TestAuthority.goodResponse))?.expires ?? 0 > 2_000_000_000
        )
    }
}
