import Model
import Testing

@testable import Proxy

/// TLS to servers, which are frontends of the same proxy here.
@Suite(.serialized) struct ServerTLSTests {
    private static let files = [
        "/a.pem": TestCertificates.first, "/b.pem": TestCertificates.wildcard,
        "/c.pem": TestCertificates.other,
    ]

    /// A plain frontend before a server with these keywords, and what that server is.
    private static func proxy(
        _ keywords: String,
        bind: String = "ssl crt /a.pem crt /b.pem",
        answer: String = "%[ssl_fc_sni]"
    ) throws -> ProxyUnderTest {
        let path = "/tmp/apus-\(SystemProcess.id)-tls-origin.sock"
        return try ProxyUnderTest(
            """
            global
                stats socket SOCKET level admin
            defaults
                mode http
                timeout connect 5s
                timeout client 20s
                timeout server 20s
                retries 0
            frontend web
                bind 127.0.0.1:1
                default_backend app
            backend app
                http-response set-header x-server %[ssl_s_s_dn(CN)]
                http-response set-header x-version %[ssl_bc_protocol]
                server s1 unix@\(path) \(keywords)
            frontend origin
                bind unix@\(path) \(bind)
                http-request return status 200 content-type text/plain lf-string "\(answer)"

            """,
            name: "tls-server",
            reading: { files[$0] }
        )
    }

    @Test func `a server is asked for its name and the answer comes back`() throws {
        let proxy = try Self.proxy("ssl verify none sni str(b.example)")
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        for _ in 0..<3 {
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try #require(client.response())
            #expect(response.status == 200)
            #expect(String(decoding: response.body, as: UTF8.self) == "b.example")
            #expect(response.head.contains("x-server: b.example\r\n"))
            #expect(response.head.contains("x-version: TLSv1.3\r\n"))
        }
    }

    @Test func `the name may come from the request`() throws {
        let proxy = try Self.proxy("ssl verify none sni req.hdr(host)")
        defer { proxy.end() }
        for name in ["a.example", "x.b.example:8080"] {
            let client = try TestClient(port: proxy.port)
            client.send("GET / HTTP/1.1\r\nHost: \(name)\r\n\r\n")
            let body = String(decoding: client.response()?.body ?? [], as: UTF8.self)
            #expect(body == name.split(separator: ":").first.map(String.init))
        }
    }

    @Test func `a certificate that is verified has to be the right one`() throws {
        for (keywords, status) in [
            ("ssl verify required ca-file /a.pem sni str(a.example)", 200),
            ("ssl verify required ca-file /c.pem sni str(a.example)", 503),
            ("ssl verify required ca-file /a.pem verifyhost other.example", 503),
            ("ssl verify required ca-file /a.pem verifyhost a.example", 200),
            ("ssl verify required ca-file /a.pem sni str(a.example) verifyhost other.example", 200),
            ("ssl verify required ca-file /a.pem sni str(other.example)", 503),
        ] {
            let proxy = try Self.proxy(keywords)
            defer { proxy.end() }
            let client = try TestClient(port: proxy.port)
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(client.response()?.status == status, "\(keywords)")
        }
    }

    @Test func `a certificate has to be for the name that the request asks for`() throws {
        let proxy = try Self.proxy(
            "ssl verify required ca-file /a.pem sni req.hdr(host)",
            bind: "ssl crt /a.pem"
        )
        defer { proxy.end() }
        let long = String(repeating: "a", count: 300)
        for (name, status) in [("a.example", 200), ("other.example", 503), (long, 503)] {
            let client = try TestClient(port: proxy.port)
            client.send("GET / HTTP/1.1\r\nHost: \(name)\r\n\r\n")
            #expect(client.response()?.status == status, "\(name)")
        }
    }

    @Test func `a client certificate is shown, checked and renewed`() throws {
        let proxy = try Self.proxy(
            "ssl verify none crt /c.pem",
            bind: "ssl crt /a.pem verify required ca-file /c.pem",
            answer: "%[ssl_c_s_dn(CN)] %[ssl_c_verify] %[ssl_c_used]"
        )
        defer { proxy.end() }
        func ask() throws -> (status: Int, body: String) {
            let client = try TestClient(port: proxy.port)
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try #require(client.response())
            return (response.status, String(decoding: response.body, as: UTF8.self))
        }
        #expect(try ask() == (200, "c.example 0 1"))
        #expect(
            try proxy.command(
                "set ssl cert /c.pem <<\n\(TestCertificates.first.trimmed)\n\n"
            ).contains("created")
        )
        #expect(
            try proxy.command("commit ssl cert /c.pem").hasSuffix("Committing /c.pem.\nSuccess!")
        )
        // Whoever is not known is turned away, once the kept connection is gone.
        #expect(try proxy.command("set server app/s1 state maint") == "")
        #expect(try proxy.command("set server app/s1 state ready") == "")
        #expect(try ask().status != 500)
    }

    @Test func `checks speak TLS too`() throws {
        let proxy = try Self.proxy("ssl verify none check inter 20ms rise 1 fall 1")
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        #expect(
            client.eventually {
                (try? proxy.command("show stat").contains(",L6OK,")) == true
            }
        )
    }

    @Test func `what does not fit together is refused`() {
        func mistakes(_ keywords: String) -> [String] {
            ConfigParser.parse(
                files: [
                    (
                        "b.cfg",
                        "defaults\n mode http\nbackend app\n server s1 127.0.0.1:1 \(keywords)\n"
                    )
                ],
                environment: [:],
                reading: { Self.files[$0] }
            ).diagnostics.map(\.message)
        }
        #expect(mistakes("ssl verify none").isEmpty)
        #expect(
            mistakes("ssl").first?.contains("verify is enabled by default but no CA file") == true
        )
        #expect(mistakes("ssl verify none crt /gone.pem").first?.contains("unable to stat") == true)
        #expect(mistakes("ssl verify none sni fc_rtt").first?.contains("'sni' : only") == true)
    }
}
