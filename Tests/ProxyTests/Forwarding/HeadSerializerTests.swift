import Testing

@testable import Proxy

@Suite struct HeadSerializerTests {
    private func request(_ text: String, client: SocketAddress? = nil) -> String {
        var head = RequestHead()
        var output = ScratchBuffer(capacity: 4096)
        defer { output.free() }
        let bytes = Array(text.utf8)
        #expect(RequestParser.parse(bytes.span, into: &head) == .complete)
        var additions = HeadSerializer.Additions()
        additions.client = client
        bytes.span.withSlice {
            HeadSerializer.write(&head, of: $0, additions: additions, to: &output)
        }
        return String(decoding: output.bytes.array, as: UTF8.self)
    }

    @Test func `a plain request is forwarded as it is`() {
        let text = "GET /a?b HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
        #expect(request(text) == text)
        #expect(request("\r\n" + text) == text)
    }

    @Test func `hop-by-hop fields stay behind`() {
        let text =
            "GET / HTTP/1.1\r\nConnection: x, keep-alive\r\nHost: a\r\nX: 1\r\nKeep-Alive: 5\r\nA: b\r\nTE: x\r\n\r\n"
        #expect(request(text) == "GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n")
    }

    @Test func `the coding is written in one form`() {
        let text = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\tCHUNKED\r\nA: b\r\n\r\n"
        #expect(
            request(text)
                == "POST / HTTP/1.1\r\nHost: a\r\nA: b\r\ntransfer-encoding: chunked\r\n\r\n"
        )
    }

    @Test func `absolute-form becomes origin-form`() {
        #expect(
            request("GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n")
                == "GET /x?y HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        #expect(
            request("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n")
                == "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        #expect(
            request("OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n")
                == "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"
        )
    }

    @Test func `an older version is raised, with a Host`() {
        #expect(
            request("GET /x HTTP/1.0\r\nA: b\r\n\r\n")
                == "GET /x HTTP/1.1\r\nhost: \r\nA: b\r\n\r\n"
        )
        #expect(
            request("GET /x HTTP/1.0\r\nHost: a\r\n\r\n") == "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
        )
    }

    @Test(arguments: [
        (UInt64(0x2001_0db8_0000_0000), UInt64(1), "2001:db8::1"),
        (UInt64(0), UInt64(0), "::"),
        (UInt64(0), UInt64(1), "::1"),
        (UInt64(0x0001_0002_0003_0004), UInt64(0x0005_0006_0007_0008), "1:2:3:4:5:6:7:8"),
        (UInt64(0x0001_0000_0000_0004), UInt64(0x0000_0000_0000_0008), "1:0:0:4::8"),
    ]) func `the client's address is added`(_ high: UInt64, _ low: UInt64, _ expected: String) {
        var address = SocketAddress()
        address.family = .ipv6
        address.high = high
        address.low = low
        let text = "GET / HTTP/1.1\r\nHost: a\r\n"
        #expect(
            request(text + "\r\n", client: address) == text + "x-forwarded-for: \(expected)\r\n\r\n"
        )
        let v4 = SocketAddress(ipv4: 0x7f00_0001, port: 1)
        #expect(request(text + "\r\n", client: v4) == text + "x-forwarded-for: 127.0.0.1\r\n\r\n")
    }
}
