import Testing

@testable import Proxy

/// One header and what must become of it.
struct HeadCase: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let expected: HeadResult

    init(_ name: String, _ text: String, _ expected: HeadResult = .rejected(.badRequest)) {
        self.name = name
        self.text = text
        self.expected = expected
    }

    var testDescription: String { name }

    /// A GET with these field lines after a good Host.
    static func fields(
        _ name: String,
        _ lines: String,
        _ expected: HeadResult = .rejected(.badRequest)
    ) -> HeadCase {
        HeadCase(name, "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n", expected)
    }

    /// A request with this request line and a good Host.
    static func line(
        _ name: String,
        _ line: String,
        _ expected: HeadResult = .rejected(.badRequest)
    ) -> HeadCase {
        HeadCase(name, "\(line)\r\nHost: a\r\n\r\n", expected)
    }

    /// A GET with exactly this value of Host.
    static func host(
        _ name: String,
        _ value: String,
        _ expected: HeadResult = .rejected(.badRequest)
    ) -> HeadCase {
        HeadCase(name, "GET / HTTP/1.1\r\nHost:\(value)\r\n\r\n", expected)
    }
}

@Suite struct RequestParserTests {
    static func parse(_ text: String) -> (result: HeadResult, head: RequestHead) {
        var head = RequestHead()
        // One Swift character a byte, so that cases can hold any byte.
        let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let result = RequestParser.parse(bytes.span, into: &head)
        return (result, head)
    }

    static let framing: [HeadCase] = [
        .fields("length and chunked", "Content-Length: 3\r\nTransfer-Encoding: chunked"),
        .fields("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 3"),
        .fields("two different lengths", "Content-Length: 3\r\nContent-Length: 4"),
        .fields("two equal lengths", "Content-Length: 3\r\nContent-Length: 3"),
        .fields("a list of lengths", "Content-Length: 3, 3"),
        .fields("a length with a sign", "Content-Length: +3"),
        .fields("a negative length", "Content-Length: -1"),
        .fields("minus zero", "Content-Length: -0"),
        .fields("a hexadecimal length", "Content-Length: 0x3"),
        .fields("a length with underscore", "Content-Length: 1_000"),
        .fields("a length with a space inside", "Content-Length: 3 4"),
        .fields("an empty length", "Content-Length: "),
        .fields("2^63 bytes", "Content-Length: 9223372036854775808"),
        .fields("2^64-1 bytes", "Content-Length: 18446744073709551615"),
        .fields("2^64 bytes", "Content-Length: 18446744073709551616"),
        .fields("2^64+3 bytes", "Content-Length: 18446744073709551619"),
        .fields("a length of 25 digits", "Content-Length: 1000000000000000000000000"),
        .fields("2^63-1 bytes", "Content-Length: 9223372036854775807", .complete),
        .fields("a plain length", "Content-Length: 3", .complete),
        .fields("a length in lower case after a TAB", "content-length:\t3\t", .complete),
        .fields("a coding misspelt", "Transfer-Encoding: xchunked"),
        .fields("chunked then identity", "Transfer-Encoding: chunked, identity"),
        .fields("chunked then gzip", "Transfer-Encoding: chunked, gzip"),
        .fields("gzip then chunked", "Transfer-Encoding: gzip, chunked"),
        .fields("chunked twice in a list", "Transfer-Encoding: chunked, chunked"),
        .fields("chunked on two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        .fields(
            "cow and chunked on two lines",
            "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked"
        ),
        .fields("a quoted coding", "Transfer-Encoding: \"chunked\""),
        .fields("a vertical tab before the coding", "Transfer-Encoding: \u{0b}chunked"),
        .fields("a form feed before the coding", "Transfer-Encoding: \u{0c}chunked"),
        .fields("a leading comma", "Transfer-Encoding: ,chunked"),
        .fields("a trailing comma", "Transfer-Encoding: chunked,"),
        .fields("an empty coding", "Transfer-Encoding:"),
        .fields("a coding with a parameter", "Transfer-Encoding: chunked;a=b"),
        .fields("identity", "Transfer-Encoding: identity"),
        .fields("mixed case", "Transfer-Encoding: ChUnKeD", .complete),
        .fields("a TAB before the coding", "Transfer-Encoding:\tchunked", .complete),
        HeadCase(
            "chunked in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        ),
        HeadCase("TRACE with a length", "TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"),
        HeadCase(
            "TRACE with chunks",
            "TRACE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        ),
    ]

    static let lines: [HeadCase] = [
        .fields("a space before the colon", "Transfer-Encoding : chunked"),
        .fields("a TAB before the colon", "X\t: 1"),
        .fields("a folded line", "X: 1\r\n 2"),
        .fields("a line folded with TAB", "X: 1\r\n\t2"),
        .fields("an empty name", ": 1"),
        .fields("a line without colon", "nonsense"),
        .fields("a NUL in a value", "X: a\u{0}b"),
        .fields("a NUL in a name", "X\u{0}: b"),
        .fields("a bare CR in a value", "X: a\rb"),
        .fields("a bare LF as line end", "X: 1\nY: 2"),
        .fields("a DEL in a value", "X: a\u{7f}b"),
        .fields("a control in a value", "X: a\u{1}b"),
        .fields("an 8-bit name", "X\u{e9}: 1"),
        .fields("a space in a name", "X Y: 1"),
        .fields("a brace in a name", "X{}: 1"),
        .fields("an at sign in a name", "X@: 1"),
        .fields("an 8-bit value", "X: \u{e9}", .complete),
        .fields("a TAB inside a value", "X: a\tb", .complete),
        .fields("an empty value", "X:", .complete),
        .fields("a name of all token characters", "!#$%&'*+-.^_`|~09azAZ: 1", .complete),
        HeadCase("a space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        HeadCase("LF alone everywhere", "GET / HTTP/1.1\nHost: a\n\n"),
        HeadCase("LF alone before the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        HeadCase("CR without LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\rX"),
        .fields("an unknown expectation", "Expect: tea", .rejected(.expectationFailed)),
        .fields("100-continue in mixed case", "Expect: 100-Continue", .complete),
        .fields("101 fields", many(100), .complete),
        .fields("102 fields", many(101), .rejected(.fieldsTooLarge)),
        .fields(
            "a field of 16 KiB",
            "X: " + String(repeating: "a", count: 16_384),
            .rejected(.fieldsTooLarge)
        ),
        .fields("a million tiny fields", many(3000), .rejected(.fieldsTooLarge)),
    ]

    static func many(_ count: Int) -> String {
        Array(repeating: "a: b", count: count).joined(separator: "\r\n")
    }

    static let requestLines: [HeadCase] = [
        .line("a plain one", "GET / HTTP/1.1", .complete),
        .line("an unknown method", "FOO /x HTTP/1.1", .complete),
        .line("a lower-case method", "get / HTTP/1.1", .complete),
        .line("a method that is no token", "G(T / HTTP/1.1"),
        .line("a long method", String(repeating: "G", count: 8192) + " / HTTP/1.1"),
        .line("no method", " / HTTP/1.1"),
        .line("CONNECT", "CONNECT a:80 HTTP/1.1", .complete),
        .line("CONNECT without a port", "CONNECT a HTTP/1.1"),
        .line("CONNECT with an empty port", "CONNECT a: HTTP/1.1"),
        .line("CONNECT with a path", "CONNECT a:80/ HTTP/1.1"),
        .line("CONNECT with a URI", "CONNECT http://a:80 HTTP/1.1"),
        .line("CONNECT elsewhere than Host", "CONNECT b:80 HTTP/1.1"),
        .line("CONNECT to a port Host does not imply", "CONNECT a:81 HTTP/1.1"),
        HeadCase(
            "CONNECT with a length",
            "CONNECT a:80 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"
        ),
        .line("two spaces", "GET  / HTTP/1.1"),
        .line("a TAB as separator", "GET\t/ HTTP/1.1"),
        .line("a TAB before the version", "GET /\tHTTP/1.1"),
        .line("a space in the target", "GET /a b HTTP/1.1"),
        .line("a fragment", "GET /a#b HTTP/1.1"),
        .line("a fragment in the query", "GET /?a#b HTTP/1.1"),
        .line("no slash", "GET a HTTP/1.1"),
        .line("star without OPTIONS", "GET * HTTP/1.1"),
        .line("star with OPTIONS", "OPTIONS * HTTP/1.1", .complete),
        .line("star with more", "OPTIONS *a HTTP/1.1"),
        .line("authority-form", "GET a:80 HTTP/1.1"),
        .line("an 8-bit target", "GET /\u{e9} HTTP/1.1"),
        .line("a control in the target", "GET /\u{1} HTTP/1.1"),
        .line("a NUL in the target", "GET /\u{0} HTTP/1.1"),
        .line("a DEL in the target", "GET /\u{7f} HTTP/1.1"),
        .line("two slashes", "GET //a HTTP/1.1", .complete),
        .line("percent-encoded NUL", "GET /%00 HTTP/1.1", .complete),
        .line("percent-encoded CRLF", "GET /%0d%0a HTTP/1.1", .complete),
        .line("dots", "GET /../a HTTP/1.1", .complete),
        .line(
            "a target of 16 KiB",
            "GET /" + String(repeating: "a", count: 16_400) + " HTTP/1.1",
            .rejected(.uriTooLong)
        ),
        .line("absolute-form", "GET http://a/x HTTP/1.1", .complete),
        .line("absolute-form of https", "GET https://a/x HTTP/1.1", .complete),
        .line("absolute-form in upper case", "GET HTTP://A/x HTTP/1.1", .complete),
        .line("absolute-form for another host", "GET http://b/x HTTP/1.1"),
        .line("absolute-form with a user", "GET http://u@a/x HTTP/1.1"),
        .line("absolute-form without host", "GET http:///x HTTP/1.1"),
        .line("another scheme", "GET ftp://a/x HTTP/1.1"),
        .line("no version", "GET /"),
        .line("HTTP/0.9", "GET / HTTP/0.9"),
        .line("HTTP/1.0", "GET / HTTP/1.0", .complete),
        .line("HTTP/1.2", "GET / HTTP/1.2", .complete),
        .line("HTTP/1.10", "GET / HTTP/1.10"),
        .line("HTTP/01.1", "GET / HTTP/01.1"),
        .line("HTTP/2.0", "GET / HTTP/2.0", .rejected(.versionNotSupported)),
        .line("HTTP/3.1", "GET / HTTP/3.1", .rejected(.versionNotSupported)),
        .line("lower-case version", "GET / http/1.1"),
        .line("a trailing space", "GET / HTTP/1.1 "),
        .line("the preface of HTTP/2", "PRI * HTTP/2.0"),
        HeadCase("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}"),
        HeadCase("empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .complete),
        HeadCase(
            "too many empty lines before",
            String(repeating: "\r\n", count: 5) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        ),
        HeadCase("bare LF before", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ]

    static let hosts: [HeadCase] = [
        HeadCase("none in 1.1", "GET / HTTP/1.1\r\n\r\n"),
        HeadCase("none in 1.0", "GET / HTTP/1.0\r\n\r\n", .complete),
        HeadCase("two", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        HeadCase("two equal ones", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        HeadCase("two in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        .host("empty", ""),
        .host("a list", "a,b"),
        .host("a user", "u@a"),
        .host("a path", "a/b"),
        .host("a space", "a b"),
        .host("a port too high", "a:65536"),
        .host("a port of six digits", "a:000080"),
        .host("a port with letters", "a:8a"),
        .host("non-ASCII", "\u{e9}"),
        .host("a backslash", "a\\b"),
        .host("an unclosed bracket", "[::1"),
        .host("empty brackets", "[]"),
        .host("words behind brackets", "[::1]a"),
        .host("a name", " example.org", .complete),
        .host("a name with a port", "example.org:8080", .complete),
        .host("IPv4", "127.0.0.1", .complete),
        .host("IPv6 with a port", "[2001:db8::1]:80", .complete),
        .host("an underscore", "a_b", .complete),
    ]

    @Test(arguments: framing)
    func `framing fields that two readers could read differently are refused`(_ one: HeadCase) {
        #expect(Self.parse(one.text).result == one.expected)
    }

    @Test(arguments: lines) func `field lines follow the grammar`(_ one: HeadCase) {
        #expect(Self.parse(one.text).result == one.expected)
    }

    @Test(arguments: requestLines) func `request lines follow the grammar`(_ one: HeadCase) {
        #expect(Self.parse(one.text).result == one.expected)
    }

    @Test(arguments: hosts) func `there is one valid Host`(_ one: HeadCase) {
        #expect(Self.parse(one.text).result == one.expected)
    }

    @Test func `a header is incomplete until its last byte`() {
        let text = "POST /a?b HTTP/1.1\r\nHost: a:80\r\nContent-Length: 10\r\nX: y\r\n\r\n"
        for count in 0..<text.utf8.count {
            #expect(
                Self.parse(String(decoding: Array(text.utf8).prefix(count), as: UTF8.self)).result
                    == .incomplete,
                "after \(count) bytes"
            )
        }
        #expect(Self.parse(text).result == .complete)
    }

    @Test func `the parts of a request are found`() {
        let text =
            "\r\nPUT http://Example.org:81/a/b?c=d HTTP/1.1\r\nHost: example.org:81\r\nX:  y \r\n\r\nbody"
        let bytes = Array(text.utf8)
        let (result, head) = Self.parse(text)
        func part(_ part: RequestHead.Part) -> String {
            String(decoding: bytes[part.range], as: UTF8.self)
        }
        #expect(result == .complete)
        #expect(head.methodKind == .put)
        #expect(part(head.path) == "/a/b")
        #expect(part(head.query) == "c=d")
        #expect(part(head.host) == "Example.org:81")
        #expect(part(head.fields[1].name) == "X")
        #expect(part(head.fields[1].value) == "y")
        #expect(head.byteCount == bytes.count - 4)
    }

    @Test func `what Connection names is not forwarded, but framing and authority are`() {
        let text = """
            GET / HTTP/1.1\r\nHost: a\r\nConnection: close, X-One, content-length, host\r\nx-one: 1\r\n\
            X-Two: 2\r\nContent-Length: 5\r\nUpgrade: h2c\r\nTE: trailers\r\n\r\n
            """
        let (result, head) = Self.parse(text)
        #expect(result == .complete)
        #expect(head.fields.connectionClose)
        let forwarded = (0..<head.fields.count).filter { !head.fields.isRemoved($0) }
        #expect(forwarded == [0, 3, 4])
    }
}
