import RuntimeAPI
import Testing

@testable import Proxy

/// Files of authorities and revocation lists, in the words that HAProxy 3.0.11 answered.
struct RuntimeBundleTests {
    private static let files = [
        "/a.pem": TestCertificates.first, "/ca.pem": TestAuthority.certificate,
        "/crl.pem": TestAuthority.revocations, "/server.pem": TestCertificates.other,
    ]

    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(
            """
            frontend fe
             bind :443 ssl crt /a.pem verify required ca-file /ca.pem crl-file /crl.pem
            backend app
             server s1 10.0.0.1:443 ssl verify required ca-file /server.pem
            """,
            files: Self.files
        )
    }

    @Test(
        arguments: [
            (
                "show ssl ca-file", nil,
                "# filename\n/ca.pem - 1 certificate(s)\n/server.pem - 1 certificate(s)\n"
            ),
            ("show ssl ca-file nope", nil, "[3] Can't display the CA file : Not found!"),
            ("show ssl ca-file *nope", nil, "[3] Can't display the CA file : Not found!"),
            ("show ssl ca-file /ca.pem:7", nil, ""),
            ("show ssl ca-file /ca.pem:x", nil, "[3] wrong CA index after colons in '/ca.pem:x'!"),
            ("new ssl ca-file", nil, "[3] 'new ssl ca-file' expects a filename"),
            ("new ssl ca-file /ca.pem", nil, "[3] CA file '/ca.pem' already exists!"),
            ("new ssl ca-file n", nil, "[5] New CA file created 'n'!"),
            (
                "set ssl ca-file n", nil,
                "[3] 'set ssl ca-file' expects a filename and CAs as a payload"
            ),
            (
                "add ssl ca-file", nil,
                "[3] 'set ssl ca-file' expects a filename and CAs as a payload"
            ),
            (
                "set ssl ca-file nope", TestCertificates.first,
                "[3] Can't replace a CA file which is not referenced by the configuration!\nCan't update nope!\n"
            ),
            (
                "set ssl ca-file /ca.pem", "garbage\n",
                "[3] Invalid payload\nCan't update /ca.pem!\n"
            ),
            (
                "set ssl ca-file /ca.pem", TestCertificates.first,
                "[5] transaction created for CA /ca.pem!"
            ),
            ("commit ssl ca-file", nil, "[3] 'commit ssl ca-file' expects a filename"),
            (
                "commit ssl ca-file /ca.pem", nil,
                "[3] No ongoing transaction! !\nCan't commit /ca.pem!\n"
            ),
            ("abort ssl ca-file", nil, "[3] 'abort ssl ca-file' expects a filename"),
            ("abort ssl ca-file /ca.pem", nil, "[3] No ongoing transaction!"),
            ("del ssl ca-file", nil, "[3] 'del ssl ca-file' expects a CA file name"),
            (
                "del ssl ca-file nope", nil,
                "[3] Can't remove the CA file: CA file 'nope' doesn't exist!"
            ),
            (
                "del ssl ca-file /ca.pem", nil,
                "[3] Can't remove the CA file: CA file '/ca.pem' in use, can't be deleted!"
            ),
            (
                "del ssl ca-file /server.pem", nil,
                "[3] Can't remove the CA file: CA file '/server.pem' in use, can't be deleted!"
            ),
            ("show ssl crl-file", nil, "# filename\n/crl.pem\n"),
            ("show ssl crl-file nope", nil, "[3] Can't display the CRL file : Not found!"),
            ("show ssl crl-file /crl.pem:4", nil, "Filename: /crl.pem\nStatus: Used\n"),
            ("new ssl crl-file", nil, "[3] 'new ssl crl-file' expects a filename"),
            ("new ssl crl-file c", nil, "[5] New CRL file created 'c'!"),
            ("new ssl crl-file /ca.pem", nil, "[3] CRL file '/ca.pem' already exists!"),
            (
                "set ssl crl-file c", nil,
                "[3] 'set ssl crl-file' expects a filename and CRLs as a payload"
            ),
            (
                "set ssl crl-file nope", TestAuthority.revocations,
                "[3] Can't replace a CRL file which is not referenced by the configuration!\nCan't update nope!\n"
            ),
            (
                "set ssl crl-file /crl.pem", TestCertificates.first,
                "[3] Invalid payload\nCan't update /crl.pem!\n"
            ),
            (
                "set ssl crl-file /crl.pem", TestAuthority.revocations,
                "[5] transaction created for CRL /crl.pem!"
            ),
            ("commit ssl crl-file", nil, "[3] 'commit ssl ca-file' expects a filename"),
            ("abort ssl crl-file", nil, "[3] 'abort ssl crl-file' expects a filename"),
            ("del ssl crl-file", nil, "[3] 'del ssl crl-file' expects a CRL file name"),
            (
                "del ssl crl-file nope", nil,
                "[3] Can't remove the CRL file: CRL file 'nope' doesn't exist!"
            ),
            (
                "del ssl crl-file /crl.pem", nil,
                "[3] Can't remove the CRL file: CRL file '/crl.pem' in use, can't be deleted!"
            ),
            (
                "set ssl ca-file /crl.pem", TestCertificates.first,
                "[3] Can't replace a CA file which is not referenced by the configuration!\nCan't update /crl.pem!\n"
            ),
        ] as [(String, String?, String)]
    )
    func `one command is answered as HAProxy does`(
        line: String,
        payload: String?,
        answer: String
    ) throws {
        #expect(try fixture().run(line, payload: payload) == answer)
    }

    @Test func `what a transaction brings is looked at, taken back or taken over`() throws {
        let proxy = try fixture()
        let (first, second) = (TestCertificates.first, TestCertificates.wildcard)
        func run(_ line: String, _ payload: String? = nil) -> String {
            proxy.run(line, payload: payload)
        }
        #expect(run("new ssl ca-file n") == "[5] New CA file created 'n'!")
        #expect(run("show ssl ca-file n").isEmpty)
        #expect(run("set ssl ca-file n", first) == "[5] transaction created for CA n!")
        #expect(run("add ssl ca-file n", second) == "[5] transaction updated for CA n!")
        // What is there already is not taken twice.
        #expect(run("add ssl ca-file n", second) == "[5] transaction updated for CA n!")
        #expect(
            run("show ssl ca-file").hasPrefix(
                "# transaction\n*n - 2 certificate(s)\n# filename\n/ca.pem - 1"
            )
        )
        #expect(
            run("show ssl ca-file *n:2").hasPrefix(
                "Filename: *n\nStatus: Unused\n \nCertificate #2:\nSerial: "
            )
        )
        #expect(
            run("add ssl ca-file /ca.pem", first)
                == "[3] The ongoing transaction is about 'n' but you are trying to set '/ca.pem'\nCan't update /ca.pem!\n"
        )
        #expect(
            run("commit ssl ca-file /ca.pem")
                == "[3] The ongoing transaction is about 'n' but you are trying to set '/ca.pem'\nCan't commit /ca.pem!\n"
        )
        #expect(
            run("abort ssl ca-file /ca.pem")
                == "[3] The ongoing transaction is about 'n' but you are trying to abort a transaction for '/ca.pem'"
        )
        #expect(
            run("del ssl ca-file n")
                == "[3] Can't remove the CA file: ongoing transaction for the CA file 'n'"
        )
        #expect(run("abort ssl ca-file n") == "[5] Transaction aborted for certificate 'n'!")
        #expect(run("del ssl ca-file n") == "[5] CA file 'n' deleted!")
        #expect(run("add ssl ca-file /ca.pem", first) == "[5] transaction created for CA /ca.pem!")
        #expect(run("commit ssl ca-file /ca.pem") == "Committing /ca.pem.\nSuccess!\n")
        #expect(run("show ssl ca-file").contains("/ca.pem - 2 certificate(s)\n"))
        #expect(
            run("set ssl ca-file /server.pem", first)
                == "[5] transaction created for CA /server.pem!"
        )
        #expect(run("commit ssl ca-file /server.pem") == "Committing /server.pem.\nSuccess!\n")
    }

    @Test func `a revocation list is shown entry by entry`() throws {
        let proxy = try fixture()
        #expect(
            proxy.run("show ssl crl-file /crl.pem") == """
                Filename: /crl.pem
                Status: Used
                \u{20}
                Certificate Revocation List #1:
                Version 2
                Signature Algorithm: ecdsa-with-SHA256
                Issuer: /CN=ca.example
                Last Update: Nov 23 18:56:15 2026 GMT
                Next Update: Jan 22 18:56:15 2046 GMT
                Revoked Certificates:
                    Serial Number: 1234
                        Revocation Date: Nov  1 00:00:00 2026 GMT

                """
        )
        #expect(proxy.run("new ssl crl-file c") == "[5] New CRL file created 'c'!")
        #expect(proxy.run("show ssl crl-file c") == "Filename: c\nStatus: Empty\n")
        #expect(
            proxy.run("set ssl crl-file c", payload: TestAuthority.revocations)
                == "[5] transaction created for CRL c!"
        )
        #expect(proxy.run("show ssl crl-file") == "# transaction\n*c\n# filename\n/crl.pem\nc\n")
        #expect(proxy.run("commit ssl crl-file c") == "Committing c\nSuccess!\n")
        #expect(proxy.run("del ssl crl-file c") == "[5] CRL file 'c' deleted!")
    }

    @Test func `a bundle holds each certificate once and tells itself from others`() {
        let one = CertificateBundle(name: "f", kind: .authorities, text: TestCertificates.first)
        let more = CertificateBundle(
            name: "f",
            kind: .authorities,
            text: TestCertificates.first + TestCertificates.wildcard,
            behind: one
        )
        #expect(more.certificateCount == 2)
        #expect(more != one && more.fingerprint != one.fingerprint)
        #expect(CertificateBundle(name: "f", kind: .revocations, text: "").isEmpty)
    }
}
