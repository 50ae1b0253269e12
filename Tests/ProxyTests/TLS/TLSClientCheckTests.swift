import Model
import Testing

@testable import Proxy

/// What becomes of clients that show a certificate, and what rules and logs are told of it.
@Suite(.serialized) struct TLSClientCheckTests {
    private static let files = [
        "/a.pem": TestCertificates.first, "/c.pem": TestCertificates.other,
        "/ca.pem": TestAuthority.certificate, "/leaf.pem": TestAuthority.issued,
        "/crl.pem": TestAuthority.revocations,
    ]

    private static func proxy(
        bind: String,
        server: String = "ssl verify none crt /leaf.pem",
        answer: String
    ) throws -> ProxyUnderTest {
        let path = "/tmp/apus-\(SystemProcess.id)-tls-check.sock"
        return try ProxyUnderTest(
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 20s
                timeout server 20s
                retries 0
                option httpclose
            frontend web
                bind 127.0.0.1:1
                default_backend app
            backend app
                server s1 unix@\(path) \(server)
            frontend origin
                bind unix@\(path) ssl crt /a.pem \(bind)
                http-request return status 200 content-type text/plain lf-string "\(answer)"

            """,
            name: "tls-check",
            reading: { files[$0] }
        )
    }

    private static func ask(_ proxy: ProxyUnderTest) throws -> (status: Int, body: String) {
        let client = try TestClient(port: proxy.port)
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let response = try #require(client.response())
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    @Test(arguments: [
        ("verify required ca-file /ca.pem", true, "X509_V_OK 0"),
        ("verify required ca-file /ca.pem crl-file /crl.pem", false, ""),
        (
            "verify required ca-file /ca.pem crl-file /crl.pem crt-ignore-err 23", true,
            "X509_V_ERR_CERT_REVOKED 23"
        ),
        (
            "verify optional ca-file /ca.pem crl-file /crl.pem crt-ignore-err X509_V_ERR_CERT_REVOKED",
            true, "X509_V_ERR_CERT_REVOKED 23"
        ),
        ("verify required ca-file /c.pem", false, ""),
        ("verify required ca-file /c.pem ca-verify-file /ca.pem", true, "X509_V_OK 0"),
        ("verify required ca-file /c.pem ca-verify-file /ca.pem no-ca-names", true, "X509_V_OK 0"),
    ])
    func `a certificate passes or not`(bind: String, isServed: Bool, body: String) throws {
        let proxy = try Self.proxy(
            bind: bind,
            answer: "%[ssl_c_verify,x509_v_err_str] %[ssl_c_err]"
        )
        defer { proxy.end() }
        let answer = try Self.ask(proxy)
        // With TLS 1.3 a server learns of a refusal after its request is out: 502, or 503 when it was quicker.
        #expect((answer.status == 200) == isServed)
        if isServed { #expect(answer.body == body) }
    }

    @Test func `everything about a certificate can be asked`() throws {
        let fetches = [
            "ssl_c_s_dn(CN)", "ssl_c_s_dn(,0,rfc2253)", "ssl_c_i_dn", "ssl_c_r_dn",
            "ssl_c_serial,hex",
            "ssl_c_key_alg", "ssl_c_sig_alg", "ssl_c_version", "ssl_c_notbefore",
            "ssl_c_der,length",
            "ssl_f_s_dn", "ssl_fc_curve", "ssl_fc_err", "fc_err", "fc_err_str",
            "ssl_fc_session_id,length", "ssl_fc_client_random,length", "ssl_fc_has_early",
        ]
        let proxy = try Self.proxy(
            bind: "verify required ca-file /ca.pem curves X25519",
            answer: fetches.map { "%[\($0)]" }.joined(separator: "|")
        )
        defer { proxy.end() }
        let parts = try Self.ask(proxy).body.split(separator: "|", omittingEmptySubsequences: false)
        let expected = [
            "stapled.example", "CN=stapled.example", "/CN=ca.example", "/CN=ca.example", "1234",
            "id-ecPublicKey", "ecdsa-with-SHA256", "1", "261123185615Z",
        ]
        #expect(parts.count == fetches.count)
        #expect(parts.prefix(expected.count).map(String.init) == expected)
        #expect((Int(parts[9]) ?? 0) > 200)
        #expect(
            parts[10...14].map(String.init) == ["/CN=a.example", "X25519", "0", "0", "Success"]
        )
        #expect(parts[15...].map(String.init) == ["32", "32", "0"])
    }

    @Test func `connections to a server go on with the session before them`() throws {
        for (keyword, isResumed) in [("", true), ("no-ssl-reuse", false)] {
            let proxy = try Self.proxy(
                bind: "",
                server: "ssl verify none \(keyword)",
                answer: "%[ssl_fc_is_resumed]"
            )
            defer { proxy.end() }
            // Each worker keeps sessions of its own.
            var answers: Set<String> = []
            for _ in 0..<20 { answers.insert(try Self.ask(proxy).body) }
            #expect(answers.contains("1") == isResumed)
            #expect(answers.contains("0"))
        }
    }
}
