import Testing

@testable import Proxy

/// Keywords of the request path from the boot file down to the bytes.
@Suite(.serialized) struct BootFileTrafficTests {
    private func proxy(_ lines: String, name: String) throws -> ProxyUnderTest {
        try ProxyUnderTest(
            """
            global
             stats socket SOCKET level admin
             nbthread 2
            defaults
             timeout connect 1s
             timeout client 5s
             timeout server 5s
            \(lines)
            """,
            name: name
        )
    }

    @Test func `a listen section without a mode passes TCP`() throws {
        let origin = try ByteOrigin(greeting: "hello ") { _, new in .text("<\(new)>") }
        defer { origin.close() }
        let proxy = try proxy(
            """
            listen l
             bind 127.0.0.1:1
             server s 127.0.0.1:\(origin.port) send-proxy
            """,
            name: "tcp"
        )
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        client.send("x")
        #expect(client.receive(atLeast: 10))
        #expect(client.eventually { origin.received.first?.hasSuffix("\r\nx") == true })
        #expect(origin.received[0].hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
    }

    @Test func `maxconn, queue and cookies work from the file, also for servers added later`()
        throws
    {
        let origins = try ["1", "2"].map { name in try RecordingOrigin { _ in .ok(name) } }
        defer { for origin in origins { origin.close() } }
        let proxy = try proxy(
            """
            listen l
             mode http
             bind 127.0.0.1:1
             balance roundrobin
             http-reuse always
             cookie SRV insert indirect nocache
             server s1 127.0.0.1:\(origins[0].port) cookie one maxconn 1
            """,
            name: "cookie"
        )
        defer { proxy.end() }
        for command in [
            "add server l/s2 127.0.0.1:\(origins[1].port) cookie two maxconn 1",
            "set server l/s2 state ready",
        ] {
            _ = try proxy.command(command)
        }
        let clients = try (0..<20).map { _ in try TestClient(port: proxy.port) }
        for (number, cookie) in [("1", "one"), ("2", "two")] {
            for client in clients {
                client.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: SRV=\(cookie)\r\n\r\n")
            }
            for client in clients {
                let response = client.response()
                #expect(response.map { String(decoding: $0.body, as: UTF8.self) } == number)
                #expect(response?.head.contains("SRV=") == false)
            }
        }
        let fresh = try TestClient(port: proxy.port)
        fresh.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let head = try #require(fresh.response()).head
        #expect(
            head.contains("set-cookie: SRV=one; path=/")
                || head.contains("set-cookie: SRV=two; path=/")
        )
        // A draining server keeps those that belong to it.
        _ = try proxy.command("set server l/s2 state drain")
        fresh.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: SRV=two\r\n\r\n")
        #expect(fresh.response().map { String(decoding: $0.body, as: UTF8.self) } == "2")
        _ = try proxy.command("set server l/s2 state maint")
        fresh.send("GET / HTTP/1.1\r\nHost: a\r\nCookie: SRV=two\r\n\r\n")
        #expect(fresh.response()?.head.contains("set-cookie: SRV=one") == true)
    }

    @Test func `a backend added while running serves under its name and with its rules`() throws {
        let origin = try RecordingOrigin { _ in .ok("new") }
        defer { origin.close() }
        let proxy = try proxy(
            """
            defaults base
             mode http
             timeout connect 1s
             timeout server 5s
             http-response set-header x-be %[be_name]
            frontend fe
             mode http
             bind 127.0.0.1:1
             use_backend %[req.hdr(x-to)]
            """,
            name: "dynamic"
        )
        defer { proxy.end() }
        func ask() throws -> (head: String, body: String)? {
            let client = try TestClient(port: proxy.port)
            client.send("GET / HTTP/1.1\r\nHost: a\r\nx-to: fresh\r\n\r\n")
            return client.response().map {
                ($0.head, String(decoding: $0.body, as: UTF8.self))
            }
        }
        #expect(try ask()?.head.hasPrefix("HTTP/1.1 503") == true)
        for command in [
            "add backend fresh from base", "add server fresh/a 127.0.0.1:\(origin.port)",
            "enable server fresh/a", "publish backend fresh",
        ] {
            let answer = try proxy.command(command)
            #expect(answer.isEmpty || answer.hasSuffix("ed."), "\(command): \(answer)")
        }
        // A worker may be in the middle of a turn that began before the answers.
        var response = try ask()
        let patience = try TestClient(port: proxy.port)
        #expect(
            patience.eventually {
                if response?.body != "new" { response = try? ask() }
                return response?.body == "new"
            }
        )
        #expect(response?.head.contains("x-be: fresh") == true)
        for command in [
            "unpublish backend fresh", "disable server fresh/a", "wait 5s srv-removable fresh/a",
            "del server fresh/a", "wait 5s be-removable fresh", "del backend fresh",
        ] {
            _ = try proxy.command(command)
        }
        #expect(try !proxy.command("show backend").contains("fresh"))
        #expect(try ask()?.head.hasPrefix("HTTP/1.1 503") == true)
    }
}
