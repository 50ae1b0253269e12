import Model
import Testing

@testable import Proxy

/// What clients of a bind with `ssl` meet, from the boot file to the bytes.
@Suite(.serialized) struct TLSBindTests {
    private static let files = [
        "/certs/a.pem": TestCertificates.first, "/certs/b.pem": TestCertificates.wildcard,
        "/certs/r.pem": TestCertificates.rsa, "/certs/c.pem": TestCertificates.other,
        "/certs/pair.pem.ecdsa": TestCertificates.first,
        "/certs/pair.pem.rsa": TestCertificates.rsa,
        "/certs/mixed.pem": TestCertificates.first.replacing(
            #/-----BEGIN PRIVATE KEY(.|\n)*/#,
            with: TestCertificates.other
        ),
        "/lists/one": """
        # comment
        /certs/a.pem
        /certs/b.pem [ssl-max-ver TLSv1.2 alpn x] *.b.example !no.b.example

        c.pem c.example other.example
        """,
    ]

    private static func boot(_ bind: String, mode: String = "http", server port: UInt16) -> String {
        """
        global
            crt-base /certs
        defaults
            mode \(mode)
            timeout connect 5s
            timeout client 20s
            timeout server 20s
        frontend web
            bind 127.0.0.1:1 \(bind)
            default_backend app
        backend app
            server s1 127.0.0.1:\(port)

        """
    }

    private static func proxy(
        _ bind: String,
        mode: String = "http",
        server port: UInt16 = 1
    ) throws -> ProxyUnderTest {
        try ProxyUnderTest(
            boot(bind, mode: mode, server: port),
            name: "tls",
            listing: { $0 == "/folder" ? ["b.pem", "a.pem", "a.pem.key", ".hidden"] : nil },
            reading: { path in
                Self.files[path] ?? Self.files[path.replacing("/folder/", with: "/certs/")]
            }
        )
    }

    private static func mistakes(_ bind: String) -> [String] {
        ConfigParser.parse(
            files: [("b.cfg", boot(bind, server: 1))],
            environment: [:],
            reading: { Self.files[$0] }
        ).diagnostics.map(\.message)
    }

    @Test func `a request over TLS is answered over TLS, again and again`() throws {
        let origin = try RecordingOrigin { request in .ok("hello \(request.path)") }
        defer { origin.close() }
        let proxy = try Self.proxy("ssl crt a.pem", server: origin.port)
        defer { proxy.end() }
        let client = try TLSTestClient(port: proxy.port)
        #expect(client.version == "TLSv1.3")
        for number in 1...3 {
            #expect(client.get("/\(number)")?.hasSuffix("hello /\(number)") == true)
        }
        let older = try TLSTestClient(port: proxy.port) { $0.maxVersion = .tls12 }
        #expect(older.version == "TLSv1.2")
        #expect(older.get("/4")?.hasSuffix("hello /4") == true)
    }

    @Test func `large bodies pass both ways`() throws {
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        let origin = try RecordingOrigin { request in
            .ok(String(decoding: request.body, as: UTF8.self))
        }
        defer { origin.close() }
        let proxy = try Self.proxy("ssl crt a.pem", server: origin.port)
        defer { proxy.end() }
        let client = try TLSTestClient(port: proxy.port)
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        #expect(client.wait { client.received.count > body.utf8.count })
        let isWhole = String(decoding: client.received, as: UTF8.self).hasSuffix(body)
        #expect(isWhole)
    }

    @Test func `an exact name comes before an asterisk and the first certificate takes the rest`()
        throws
    {
        let proxy = try Self.proxy("ssl crt a.pem crt b.pem crt c.pem")
        defer { proxy.end() }
        for (name, answer) in [
            ("a.example", "a.example"), ("B.EXAMPLE", "b.example"), ("x.b.example", "b.example"),
            ("y.x.b.example", "a.example"), ("c.example", "c.example"), ("unknown", "a.example"),
            ("", "a.example"),
        ] {
            let client = try TLSTestClient(port: proxy.port, name: name)
            #expect(client.peerName(leading: answer), "\(name)")
        }
    }

    @Test func `strict-sni refuses names that no certificate is for`() throws {
        let proxy = try Self.proxy("ssl crt a.pem crt b.pem strict-sni")
        defer { proxy.end() }
        #expect(try TLSTestClient(port: proxy.port, name: "a.example").isEstablished)
        #expect(try !TLSTestClient(port: proxy.port, name: "unknown").isEstablished)
        #expect(try !TLSTestClient(port: proxy.port).isEstablished)
    }

    @Test func `a list gives its lines options and filters of their own`() throws {
        let proxy = try Self.proxy("ssl crt-list /lists/one alpn http/1.1")
        defer { proxy.end() }
        let offer: (inout TLSOptions) -> Void = { $0.protocols = ["x", "http/1.1"] }
        let first = try TLSTestClient(port: proxy.port, name: "a.example", change: offer)
        #expect(first.version == "TLSv1.3")
        #expect(first.negotiatedProtocol == "http/1.1")
        let limited = try TLSTestClient(port: proxy.port, name: "x.b.example", change: offer)
        #expect(limited.peerName(leading: "b.example"))
        #expect(limited.version == "TLSv1.2")
        #expect(limited.negotiatedProtocol == "x")
        // Left out by the filter, and a name of the certificate that no filter says.
        for name in ["no.b.example", "b.example"] {
            #expect(try TLSTestClient(port: proxy.port, name: name).peerName(leading: "a.example"))
        }
        #expect(
            try TLSTestClient(port: proxy.port, name: "other.example").peerName(
                leading: "c.example"
            )
        )
    }

    @Test func `a client gets the kind of key it understands`() throws {
        let proxy = try Self.proxy("ssl crt pair.pem")
        defer { proxy.end() }
        let modern = try TLSTestClient(port: proxy.port, name: "a.example")
        let old = try TLSTestClient(port: proxy.port, name: "a.example") {
            $0.signatureAlgorithms = "RSA-PSS+SHA256:RSA+SHA256"
        }
        #expect(modern.isEstablished && old.isEstablished)
        #expect(modern.peerFingerprint != old.peerFingerprint)
    }

    @Test func `a folder is a list of its certificates by name`() throws {
        let proxy = try Self.proxy("ssl crt /folder")
        defer { proxy.end() }
        #expect(try TLSTestClient(port: proxy.port).peerName(leading: "a.example"))
        #expect(
            try TLSTestClient(port: proxy.port, name: "b.example").peerName(leading: "b.example")
        )
    }

    @Test func `TCP mode carries bytes both ways and passes ends on`() throws {
        let origin = try RecordingOrigin { _ in .ok("plain", closes: true) }
        defer { origin.close() }
        let proxy = try Self.proxy("ssl crt a.pem", mode: "tcp", server: origin.port)
        defer { proxy.end() }
        let client = try TLSTestClient(port: proxy.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.remainder().hasSuffix("plain"))
        #expect(client.endedInOrder)
    }

    @Test func `an answer that closes ends with close_notify, one that is cut off does not`() throws
    {
        let origin = try RecordingOrigin { request in
            request.path == "/cut"
                ? .text("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", closes: true)
                : .ok("whole")
        }
        defer { origin.close() }
        let proxy = try Self.proxy("ssl crt a.pem", server: origin.port)
        defer { proxy.end() }
        let whole = try TLSTestClient(port: proxy.port)
        whole.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(whole.remainder().hasSuffix("whole"))
        #expect(whole.endedInOrder)
        let cut = try TLSTestClient(port: proxy.port)
        cut.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = cut.remainder()
        #expect(!cut.endedInOrder)
    }

    @Test func `a PROXY protocol header comes before the handshake, in one piece with it or not`()
        throws
    {
        let origin = try RecordingOrigin { _ in .ok("behind") }
        defer { origin.close() }
        let proxy = try Self.proxy("accept-proxy ssl crt a.pem", server: origin.port)
        defer { proxy.end() }
        let header = Array("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".utf8)
        let client = try TLSTestClient(port: proxy.port, preface: header)
        #expect(client.get("/")?.hasSuffix("behind") == true)
    }

    @Test func `plain HTTP to a TLS port is turned away with an alert`() throws {
        let proxy = try Self.proxy("ssl crt a.pem")
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = client.remainder()
        #expect(answer.utf8.count <= 7)
        #expect(!answer.contains("HTTP"))
    }

    @Test func `a ClientHello that comes byte by byte is understood`() throws {
        let proxy = try Self.proxy("ssl crt a.pem")
        defer { proxy.end() }
        var port = TLSPort()
        let context = try TLSContext(connecting: TLSOptions())
        let session = try #require(port.connect(context, name: "a.example"))
        defer {
            port.free(session)
            port.destroy()
        }
        _ = port.open(session, bind: TLSBindSnapshot())
        let hello = port.sealed.array
        let client = try TestClient(port: proxy.port)
        for byte in hello { client.send([byte]) }
        #expect(client.receive(atLeast: 100))
        // A handshake message of the server.
        #expect(client.received.first == 22)
    }

    @Test func `files that cannot be served are refused by name`() {
        #expect(
            Self.mistakes("ssl crt gone.pem") == [
                "'bind 127.0.0.1:1' : unable to stat SSL certificate from file '/certs/gone.pem' : No such file or directory.",
                "Proxy 'web': no SSL certificate specified for bind '127.0.0.1:1' at [b.cfg:9] (use 'crt').",
            ]
        )
        #expect(
            Self.mistakes("ssl crt mixed.pem").first
                == "'bind 127.0.0.1:1' : inconsistencies between private key and certificate loaded '/certs/mixed.pem'."
        )
        #expect(
            Self.mistakes("ssl crt a.pem ciphers nonsense") == [
                "Proxy 'web': unable to set SSL cipher list to 'nonsense'."
            ]
        )
        #expect(
            Self.mistakes("ssl crt a.pem alpn h2").first?.contains("'h2' is not supported") == true
        )
        #expect(
            Self.mistakes("ssl crt a.pem ssl-min-ver TLSv9") == [
                "'bind 127.0.0.1:1' : 'ssl-min-ver' : unknown ssl/tls version TLSv9"
            ]
        )
    }
}

extension TLSTestClient {
    /// The first name of the certificate, as our test certificates have it.
    func peerName(leading name: String) -> Bool { isEstablished && peerNames.contains(name) }
}
