import Testing

@testable import Proxy

@Suite struct ResponseParserTests {
    static func parse(_ text: String) -> (result: HeadResult, head: ResponseHead) {
        var head = ResponseHead()
        let result = ResponseParser.parse(Array(text.utf8).span, into: &head)
        return (result, head)
    }

    static let heads: [HeadCase] = [
        HeadCase("plain", "HTTP/1.1 200 OK\r\n\r\n", .complete),
        HeadCase("no reason", "HTTP/1.1 200\r\nA: b\r\n\r\n", .complete),
        HeadCase("an empty reason", "HTTP/1.1 200 \r\n\r\n", .complete),
        HeadCase("HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", .complete),
        HeadCase("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n"),
        HeadCase("no HTTP", "ICY 200 OK\r\n\r\n12345"),
        HeadCase("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
        HeadCase("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"),
        HeadCase("a status below 100", "HTTP/1.1 099 OK\r\n\r\n"),
        HeadCase("a status above 599", "HTTP/1.1 600 OK\r\n\r\n"),
        HeadCase("a bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n"),
        HeadCase("a bare LF", "HTTP/1.1 200 OK\nA: b\n\n"),
        HeadCase(
            "length and chunked",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
        ),
        HeadCase(
            "two lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n"
        ),
        HeadCase("chunked in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        HeadCase("an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
        HeadCase("a folded line", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"),
        HeadCase("a space before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"),
    ]

    @Test(arguments: heads) func `responses follow the grammar`(_ one: HeadCase) {
        #expect(Self.parse(one.text).result == one.expected)
    }

    @Test func `a header is incomplete until its last byte`() {
        let text = "HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(
                Self.parse(String(decoding: Array(text.utf8).prefix(count), as: UTF8.self)).result
                    == .incomplete,
                "after \(count) bytes"
            )
        }
    }
}
