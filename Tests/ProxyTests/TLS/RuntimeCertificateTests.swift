import RuntimeAPI
import Synchronization
import Testing

@testable import Proxy

/// Commands about certificates, in the words that HAProxy 3.0.11 answered for the same files.
@Suite(.serialized) struct RuntimeCertificateTests {
    private static let files = [
        "/a.pem": TestCertificates.first, "/b.pem": TestCertificates.wildcard,
        "/r.pem": TestCertificates.rsa, "/c.pem": TestCertificates.other,
        "/list": "/a.pem\n/b.pem [ssl-max-ver TLSv1.2 alpn x] *.b.example !no.b.example\n/r.pem\n",
    ]

    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(
            "frontend fe\n bind :443 ssl crt-list /list\n bind :444 ssl crt /c.pem",
            files: Self.files
        )
    }

    /// A PEM text without its key.
    private static func bare(_ text: String) -> String {
        String(text[..<(text.firstRange(of: "-----BEGIN PRIVATE")?.lowerBound ?? text.endIndex)])
    }

    @Test func `what is served is told`() throws {
        let proxy = try fixture()
        #expect(proxy.run("show ssl cert") == "# filename\n/a.pem\n/b.pem\n/c.pem\n/r.pem\n")
        let shown = proxy.run("show ssl cert /r.pem").split(separator: "\n").map(String.init)
        #expect(shown.count == 11)
        #expect(shown.prefix(2) == ["Filename: /r.pem", "Status: Used"])
        #expect(shown[4].hasSuffix(" GMT") && shown[4].hasPrefix("notAfter: "))
        #expect(
            shown[5...6] == ["Subject Alternative Name: DNS:a.example", "Algorithm: RSA2048"]
        )
        #expect(
            shown.suffix(3) == [
                "Subject: /CN=a.example", "Issuer: /CN=a.example", "OCSP Response Key: ",
            ]
        )
        #expect(
            proxy.run("show ssl cert nope")
                == "[3] Can't display the certificate: Not found or the certificate is a bundle!"
        )
        #expect(proxy.run("show ssl crt-list") == "/list\n")
        #expect(
            proxy.run("show ssl crt-list -n /list")
                == "# /list\n/a.pem:1\n/b.pem:2 [alpn x ssl-max-ver TLSv1.2] *.b.example !no.b.example\n/r.pem:3\n"
        )
        #expect(proxy.run("show ssl crt-list nope") == "[3] didn't find the specified filename")
        #expect(
            proxy.run("show ssl crt-list -n")
                == "[3] 'show ssl crt-list -n' expects a filename or a directory"
        )
    }

    @Test func `a new certificate goes from empty to used and back`() throws {
        let proxy = try fixture()
        #expect(proxy.run("new ssl cert") == "[3] 'new ssl cert' expects a filename")
        #expect(proxy.run("new ssl cert /x.pem") == "[5] New empty certificate store '/x.pem'!")
        #expect(proxy.run("new ssl cert /x.pem") == "[3] Certificate '/x.pem' already exists!")
        #expect(
            proxy.run("show ssl cert /x.pem")
                == "Filename: /x.pem\nStatus: Empty\nOCSP Response Key: \n"
        )
        #expect(
            proxy.run("add ssl crt-list /list /x.pem")
                == "[3] Can't edit the crt-list: certificate '/x.pem' is empty!"
        )
        #expect(
            proxy.run("set ssl cert /x.pem", payload: Self.bare(TestCertificates.other))
                == "[5] Transaction created for certificate /x.pem!"
        )
        #expect(
            proxy.run("show ssl cert").hasPrefix("# transaction\n*/x.pem\n# filename\n/a.pem\n")
        )
        #expect(
            proxy.run("show ssl cert */x.pem").hasPrefix("Filename: */x.pem\nStatus: Unused\nSer")
        )
        #expect(
            proxy.run("commit ssl cert /x.pem")
                == "[3] The transaction must contain at least a certificate and a private key!\nCan't commit /x.pem!\n"
        )
        #expect(
            proxy.run("set ssl cert /x.pem", payload: TestCertificates.other)
                == "[5] Transaction updated for certificate /x.pem!"
        )
        #expect(
            proxy.run("del ssl cert /x.pem")
                == "[3] Can't remove the certificate: ongoing transaction for the certificate '/x.pem'"
        )
        #expect(proxy.run("commit ssl cert /x.pem") == "Committing /x.pem\nSuccess!\n")
        #expect(
            proxy.run("add ssl crt-list /list /x.pem")
                == "Inserting certificate '/x.pem' in crt-list '/list'.\nSuccess!\n"
        )
        #expect(
            proxy.run("add ssl crt-list /list /x.pem")
                == "[3] Can't edit the crt-list: '/list' has this very line already!"
        )
        #expect(
            proxy.run("add ssl crt-list /list", payload: "/x.pem [verify none] foo.example\n")
                == "Inserting certificate '/x.pem' in crt-list '/list'.\nSuccess!\n"
        )
        #expect(
            proxy.run("del ssl cert /x.pem")
                == "[3] Can't remove the certificate: certificate '/x.pem' in use, can't be deleted!"
        )
        #expect(
            proxy.run("del ssl crt-list /list /x.pem")
                == "[3] Can't delete the entry: found the certificate '/x.pem' in several entries, please specify a line number preceded by colons (4, 5)!"
        )
        #expect(
            proxy.run("del ssl crt-list /list /x.pem:9")
                == "[3] Can't delete the entry: found a certificate '/x.pem' but the line number is incorrect, please specify a correct line number preceded by colons (4, 5)!"
        )
        #expect(
            proxy.run("del ssl crt-list /list /x.pem:4")
                == "[5] Entry '/x.pem' deleted in crtlist '/list'!"
        )
        #expect(
            proxy.run("del ssl crt-list /list /x.pem")
                == "[5] Entry '/x.pem' deleted in crtlist '/list'!"
        )
        #expect(proxy.run("del ssl cert /x.pem") == "[5] Certificate '/x.pem' deleted!")
    }

    @Test func `one transaction at a time, about what is known and fits together`() throws {
        let proxy = try fixture()
        let pem = TestCertificates.other
        #expect(
            proxy.run("set ssl cert /nope.pem", payload: pem)
                == "[3] Can't replace a certificate which is not referenced by the configuration!\nCan't update /nope.pem!\n"
        )
        #expect(
            proxy.run("set ssl cert /a.pem", payload: "junk\n")
                == "[3] unable to load certificate from file '/a.pem': no start line.\nCan't load the payload\nCan't update /a.pem!\n"
        )
        #expect(
            proxy.run("commit ssl cert /a.pem")
                == "[3] No ongoing transaction! !\nCan't commit /a.pem!\n"
        )
        #expect(proxy.run("abort ssl cert /a.pem") == "[3] No ongoing transaction!")
        #expect(
            proxy.run("set ssl cert /a.pem", payload: Self.bare(pem) + TestCertificates.first)
                == "[5] Transaction created for certificate /a.pem!"
        )
        #expect(
            proxy.run("set ssl cert /b.pem", payload: pem)
                == "[3] The ongoing transaction is about '/a.pem' but you are trying to set '/b.pem'\nCan't update /b.pem!\n"
        )
        #expect(
            proxy.run("commit ssl cert /a.pem")
                == "[3] inconsistencies between private key and certificate loaded '/a.pem'.\nCan't commit /a.pem!\n"
        )
        #expect(
            proxy.run("abort ssl cert /b.pem")
                == "[3] The ongoing transaction is about '/a.pem' but you are trying to abort a transaction for '/b.pem'"
        )
        #expect(
            proxy.run("abort ssl cert /a.pem")
                == "[5] Transaction aborted for certificate '/a.pem'!"
        )
        #expect(
            proxy.run("set ssl cert /a.pem.key", payload: TestCertificates.first)
                == "[5] Transaction created for certificate /a.pem!"
        )
        #expect(proxy.run("commit ssl cert /a.pem") == "Committing /a.pem.\nSuccess!\n")
    }

    @Test func `the default keeps its place and what lists cannot have is refused`() throws {
        let proxy = try fixture()
        #expect(
            proxy.run("del ssl crt-list /list /a.pem")
                == "[3] Can't delete the entry: certificate '/a.pem' cannot be deleted, it is used as default certificate by the following frontends:\n\t- boot.cfg:7\n"
        )
        for (entry, complaint) in [
            ("/nope.pem", "certificate '/nope.pem' does not exist!"),
            ("/c.pem", "certificate '/c.pem' can't be found in crt-list '/list'!"),
            ("/b.pem:", "wrong line number after colons in '/b.pem:'!"),
        ] {
            #expect(
                proxy.run("del ssl crt-list /list \(entry)")
                    == "[3] Can't delete the entry: \(complaint)"
            )
        }
        for (payload, complaint) in [
            ("/c.pem foo\n/c.pem bar\n", "only one line of payload is supported!"),
            ("/nope.pem\n", "certificate '/nope.pem' does not exist!"),
        ] {
            #expect(
                proxy.run("add ssl crt-list /list", payload: payload)
                    == "[3] Can't edit the crt-list: \(complaint)"
            )
        }
        #expect(
            proxy.run("add ssl crt-list /list", payload: "/c.pem [nonsense 1] foo\n")
                .hasPrefix("[3] Can't edit the crt-list: parsing [CLI:1]: ")
        )
        #expect(
            proxy.run("add ssl crt-list /nope /c.pem")
                == "[3] Can't edit the crt-list: crt-list '/nope' does not exist!"
        )
        #expect(proxy.run("show ssl cert", level: .user) == "[3] Permission denied")
        #expect(proxy.run("new ssl cert /y", level: .operator) == "[3] Permission denied")
    }

    @Test func `handshakes meet the old certificate or the new one, never a mix`() throws {
        let proxy = try ProxyUnderTest(
            """
            global
                stats socket SOCKET level admin
            defaults
                mode http
                timeout client 20s
            frontend web
                bind 127.0.0.1:1 ssl crt /a.pem
                http-request return status 200

            """,
            name: "swap",
            reading: { Self.files[$0] }
        )
        defer { proxy.end() }
        let load = HandshakeLoad(port: proxy.port)
        defer { load.end() }
        let session = try proxy.session()
        session.send("prompt i\n")
        for round in 0..<200 {
            let pem = round.isMultiple(of: 2) ? TestCertificates.renewed : TestCertificates.first
            session.send("set ssl cert /a.pem <<\n\(pem.trimmed)\n\ncommit ssl cert /a.pem\n")
        }
        session.send("quit\n")
        let text = session.remainder()
        #expect(text.split(separator: "\n").count { $0 == "Success!" } == 200)
        let made = load.established
        #expect(load.eventually { load.established > made + 5 })
        load.end()
        #expect(load.failed == 0)
    }
}

/// Handshakes one after the other on a thread, until it is ended.
final class HandshakeLoad: Sendable {
    private struct Counts: Sendable {
        var established = 0
        var failed = 0
        var ends = false
    }

    private let counts = Mutex(Counts())
    private let thread = Mutex(ThreadGroup())

    init(port: UInt16) {
        thread.withLock { group in
            group.start {
                while !self.counts.withLock({ $0.ends }) {
                    // A handshake that ends well has checked that key and certificate belong together.
                    let client = try? TLSTestClient(port: port, name: "a.example")
                    let isGood = client?.isEstablished == true
                    self.counts.withLock {
                        if isGood { $0.established += 1 } else { $0.failed += 1 }
                    }
                }
            }
        }
    }

    var established: Int { counts.withLock { $0.established } }
    var failed: Int { counts.withLock { $0.failed } }

    func end() {
        counts.withLock { $0.ends = true }
        thread.withLock { $0.join() }
    }

    /// Waits until a condition holds, at most ten seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicClock.milliseconds + 10_000
        var epoll = EpollLoop()
        while !condition() {
            guard MonotonicClock.milliseconds < deadline else { return false }
            _ = epoll.wait(milliseconds: 2)
        }
        return true
    }
}
