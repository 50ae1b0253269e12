import Testing

/// One stretch of bytes from a client, and what must become of it; one character a byte.
struct RawCase: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// The origin gets exactly these bytes, and the client its answer.
        case forwarded(String)
        /// This status, then the end, and no byte to the origin.
        case refused(Int)
        /// This status, then the end; the origin may have got a beginning, but never a whole message.
        case brokenOff(Int)
    }

    let name: String
    let text: String
    let outcome: Outcome

    var testDescription: String { name }
    var bytes: [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    init(_ name: String, _ text: String, _ outcome: Outcome) {
        self.name = name
        self.text = text
        self.outcome = outcome
    }

    private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
    private static let canonical = post + "transfer-encoding: chunked\r\n\r\n"

    /// A chunked body that has to arrive in canonical form.
    static func body(_ name: String, _ body: String, _ expected: String) -> RawCase {
        RawCase(name, chunked + body, .forwarded(canonical + expected))
    }

    /// A chunked body that is never whole.
    static func broken(_ name: String, _ body: String) -> RawCase {
        RawCase(name, chunked + body, .brokenOff(400))
    }

    static let chunks: [RawCase] = [
        body("no bytes", "0\r\n\r\n", "0\r\n\r\n"),
        body("one chunk", "3\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        body("leading zeroes", "003\r\nabc\r\n000\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        body("upper-case size", "A\r\n0123456789\r\n0\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n"),
        body("an extension", "3;a=b\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        body("an extension without value", "3;a\r\nabc\r\n0;b\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        body("a quoted extension", "3;a=\"b;\\\" c\"\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        body("two extensions", "3;a=b;c\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        body("CRLF in the data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "4\r\n\r\n\r\n\r\n0\r\n\r\n"),
        body("a header in the data", "6\r\nGET / \r\n0\r\n\r\n", "6\r\nGET / \r\n0\r\n\r\n"),
        body("a trailer", "0\r\nX-A: b\r\n\r\n", "0\r\nX-A: b\r\n\r\n"),
        body("a forbidden trailer: length", "0\r\nContent-Length: 5\r\n\r\n", "0\r\n\r\n"),
        body("a forbidden trailer: coding", "0\r\nTransfer-Encoding: x\r\n\r\n", "0\r\n\r\n"),
        body("a forbidden trailer: host", "0\r\nHost: evil\r\nX: y\r\n\r\n", "0\r\nX: y\r\n\r\n"),
        body("a forbidden trailer: login", "0\r\nAuthorization: x\r\n\r\n", "0\r\n\r\n"),
        body("a forbidden trailer: cookie", "0\r\nCookie: x\r\n\r\n", "0\r\n\r\n"),
        body("a forbidden trailer: trailer", "0\r\nTrailer: x\r\n\r\n", "0\r\n\r\n"),
        body("a forbidden trailer: address", "0\r\nX-Forwarded-For: x\r\n\r\n", "0\r\n\r\n"),
        broken("no size", "\r\nabc\r\n0\r\n\r\n"), broken("a letter that is no digit", "g\r\n"),
        broken("a prefixed size", "0x3\r\nabc\r\n0\r\n\r\n"),
        broken("a plus", "+3\r\nabc\r\n0\r\n\r\n"),
        broken("a minus", "-3\r\nabc\r\n0\r\n\r\n"),
        broken("a space before", " 3\r\nabc\r\n0\r\n\r\n"),
        broken("a space behind", "3 \r\nabc\r\n0\r\n\r\n"),
        broken("a TAB behind", "3\t\r\nabc\r\n0\r\n\r\n"),
        broken("an underscore", "0_3\r\nabc\r\n0\r\n\r\n"),
        broken("a size in quotes", "\"3\"\r\nabc\r\n"),
        broken("2^60 bytes", "1000000000000000\r\n"), broken("2^63 bytes", "8000000000000000\r\n"),
        broken("2^64-1 bytes", "ffffffffffffffff\r\n"),
        broken("2^64+3 bytes", "10000000000000003\r\nabc\r\n"),
        broken("17 zeroes", "00000000000000003\r\nabc\r\n"),
        broken("LF behind the size", "3\nabc\r\n0\r\n\r\n"),
        broken("CR alone behind the size", "3\rabc\r\n0\r\n\r\n"),
        broken("two CR", "3\r\r\nabc\r\n0\r\n\r\n"),
        broken("LF behind the data", "3\r\nabc\n0\r\n\r\n"),
        broken("CR behind the data", "3\r\nabc\r0\r\n\r\n"),
        broken("XX behind the data", "3\r\nabcXX0\r\n\r\n"),
        broken("data too long", "3\r\nabcd\r\n0\r\n\r\n"),
        broken("an empty extension", "3;\r\nabc\r\n0\r\n\r\n"),
        broken("a space before ;", "3 ;a\r\nabc\r\n"),
        broken("a space in an extension", "3;a b\r\nabc\r\n"),
        broken("an empty value", "3;a=\r\nabc\r\n"),
        broken("an open quote", "3;a=\"b\r\nabc\r\n"),
        broken("text behind a quote", "3;a=\"b\"c\r\nabc\r\n"),
        broken("a NUL in an extension", "3;a=\u{0}\r\nabc\r\n"),
        broken("LF in an extension", "3;a\nb\r\nabc\r\n"),
        broken("a control in a quote", "3;a=\"\u{1}\"\r\nabc\r\n"),
        broken("64 KiB of extension", "3;" + String(repeating: "a", count: 65_536) + "\r\nabc\r\n"),
        broken("LF behind the last size", "0\n\r\n"), broken("LF ends the trailers", "0\r\n\n"),
        broken("CR alone ends the trailers", "0\r\n\rX"),
        broken("a trailer without colon", "0\r\nnonsense\r\n\r\n"),
        broken("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
        broken("a space before the colon", "0\r\nX : a\r\n\r\n"),
        broken("an empty trailer name", "0\r\n: a\r\n\r\n"),
        broken("LF in the trailers", "0\r\nX: a\nY: b\r\n\r\n"),
        broken("a NUL in a trailer", "0\r\nX: \u{0}\r\n\r\n"),
        broken("a bare CR in a trailer", "0\r\nX: a\rb\r\n\r\n"),
        broken("1,000 trailers", "0\r\n" + String(repeating: "X-Y: 123\r\n", count: 1000) + "\r\n"),
        broken(
            "a trailer of 16 KiB",
            "0\r\nX: " + String(repeating: "a", count: 16_384) + "\r\n\r\n"
        ),
    ]

    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n"

    static let forms: [RawCase] = [
        RawCase("a plain request", get + "X: y\r\n\r\n", .forwarded(get + "X: y\r\n\r\n")),
        RawCase(
            "an absolute target",
            "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n",
            .forwarded("GET /x?y HTTP/1.1\r\nHost: a\r\n\r\n")
        ),
        RawCase(
            "an absolute target without path",
            "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
            .forwarded("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        ),
        RawCase(
            "an absolute target with a query only",
            "GET http://a?b HTTP/1.1\r\nHost: a\r\n\r\n",
            .forwarded("GET /?b HTTP/1.1\r\nHost: a\r\n\r\n")
        ),
        RawCase(
            "OPTIONS of the whole server",
            "OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n",
            .forwarded("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
        ),
        RawCase(
            "Connection names fields",
            get + "Connection: x\r\nX: 1\r\nY: 2\r\n\r\n",
            .forwarded(get + "Y: 2\r\n\r\n")
        ),
        RawCase(
            "Connection names Host",
            get + "Connection: Host\r\n\r\n",
            .forwarded(get + "\r\n")
        ),
        RawCase(
            "Connection names X-Forwarded-For",
            get + "X-Forwarded-For: 1\r\nConnection: x-forwarded-for\r\n\r\n",
            .forwarded(get + "\r\n")
        ),
        RawCase(
            "hop-by-hop fields",
            get + "Keep-Alive: 1\r\nProxy-Connection: x\r\nTE: x\r\nUpgrade: y\r\n\r\n",
            .forwarded(get + "\r\n")
        ),
        RawCase("an 8-bit value", get + "X: \u{e9}\r\n\r\n", .forwarded(get + "X: \u{e9}\r\n\r\n")),
        RawCase("an empty value", get + "X:\r\n\r\n", .forwarded(get + "X:\r\n\r\n")),
        RawCase(
            "percent-encodings pass",
            "GET /%00%0d%0a%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n",
            .forwarded("GET /%00%0d%0a%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n")
        ),
        RawCase(
            "an unknown method",
            "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
            .forwarded("BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n")
        ),
        RawCase(
            "a GET with a body",
            get + "Content-Length: 3\r\n\r\nabc",
            .forwarded(get + "Content-Length: 3\r\n\r\nabc")
        ),
        RawCase(
            "a DELETE with a body",
            "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            .forwarded("DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        ),
        RawCase(
            "a body that looks like a request",
            get + "Content-Length: 19\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
            .forwarded(get + "Content-Length: 19\r\n\r\nGET /x HTTP/1.1\r\n\r\n")
        ),
        RawCase("an empty line before", "\r\n" + get + "\r\n", .forwarded(get + "\r\n")),
        RawCase(
            "Connection names Content-Length",
            post + "Connection: content-length\r\nContent-Length: 3\r\n\r\nabc",
            .forwarded(post + "Content-Length: 3\r\n\r\nabc")
        ),
        RawCase(
            "Connection names Transfer-Encoding",
            post + "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .forwarded(canonical + "0\r\n\r\n")
        ),
        RawCase("an unknown expectation", get + "Expect: foo\r\n\r\n", .refused(417)),
        RawCase(
            "a target of 16 KiB",
            "GET /" + String(repeating: "a", count: 16_384) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            .refused(414)
        ),
        RawCase(
            "a field of 16 KiB",
            get + "X: " + String(repeating: "a", count: 16_384) + "\r\n\r\n",
            .refused(431)
        ),
        RawCase(
            "102 fields",
            get + String(repeating: "X: y\r\n", count: 101) + "\r\n",
            .refused(431)
        ),
        RawCase(
            "two requests in one name",
            "GET / HTTP/1.1\r\nHost: a\r\nX\r\nGET: /\r\n\r\n",
            .refused(400)
        ),
        RawCase(
            "a CL.TE attack",
            post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
            .refused(400)
        ),
        RawCase(
            "a TE.CL attack",
            post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\nGPOST",
            .refused(400)
        ),
        RawCase(
            "a TE.TE attack",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
            .refused(400)
        ),
        RawCase(
            "a CL.0 attack",
            get + "Content-Length: 0\r\nContent-Length: 3\r\n\r\nabc",
            .refused(400)
        ),
        RawCase(
            "TE in HTTP/1.0",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .refused(400)
        ),
        RawCase("an h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .refused(400)),
        RawCase("a request in HTTP/0.9", "GET /\r\n", .refused(400)),
    ]
}

/// What an origin says, and what a client must get: the status, and whether the connection to it may be used again.
struct RawResponse: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// Passed on with this body, and the connection is used again or not.
        case passed(String, isReused: Bool)
        case refused
        /// The client is cut off: it got a header and an end that is no clean one.
        case cutOff
    }

    let name: String
    let text: String
    let closes: Bool
    let method: String
    let outcome: Outcome

    var testDescription: String { name }
    var bytes: [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    init(
        _ name: String,
        _ text: String,
        _ outcome: Outcome,
        closes: Bool = false,
        to method: String = "GET"
    ) {
        self.name = name
        self.text = text
        self.outcome = outcome
        self.closes = closes
        self.method = method
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"
    private static let chunked = ok + "Transfer-Encoding: chunked\r\n\r\n"

    static let all: [RawResponse] = [
        RawResponse(
            "a plain one",
            ok + "Content-Length: 2\r\n\r\nok",
            .passed("ok", isReused: true)
        ),
        RawResponse("no body", ok + "Content-Length: 0\r\n\r\n", .passed("", isReused: true)),
        RawResponse(
            "no reason",
            "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
            .passed("ok", isReused: true)
        ),
        RawResponse(
            "not even a space",
            "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            .passed("ok", isReused: true)
        ),
        RawResponse(
            "Connection: close",
            ok + "Connection: close\r\nContent-Length: 2\r\n\r\nok",
            .passed("ok", isReused: false)
        ),
        RawResponse(
            "HTTP/1.0",
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            .passed("ok", isReused: false)
        ),
        RawResponse(
            "HTTP/1.0 kept",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
            .passed("ok", isReused: true)
        ),
        RawResponse(
            "until close",
            ok + "\r\nall of it",
            .passed("all of it", isReused: false),
            closes: true
        ),
        RawResponse("chunked", chunked + "2\r\nok\r\n0\r\n\r\n", .passed("ok", isReused: true)),
        RawResponse(
            "chunked with extensions",
            chunked + "2;x=y\r\nok\r\n0\r\nX: y\r\n\r\n",
            .passed("ok", isReused: true)
        ),
        RawResponse(
            "204 with a length",
            "HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n",
            .passed("", isReused: true)
        ),
        RawResponse(
            "204 with a body",
            "HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello",
            .passed("", isReused: false)
        ),
        RawResponse(
            "304 with a length",
            "HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n",
            .passed("", isReused: true)
        ),
        RawResponse(
            "HEAD with a length",
            ok + "Content-Length: 5\r\n\r\n",
            .passed("", isReused: true),
            to: "HEAD"
        ),
        RawResponse(
            "HEAD with a body",
            ok + "Content-Length: 5\r\n\r\nhello",
            .passed("", isReused: false),
            to: "HEAD"
        ),
        RawResponse(
            "more than the length",
            ok + "Content-Length: 2\r\n\r\nokay",
            .passed("ok", isReused: false)
        ),
        RawResponse(
            "a second response",
            ok + "Content-Length: 2\r\n\r\nok" + ok + "\r\n",
            .passed("ok", isReused: false)
        ),
        RawResponse(
            "100 before",
            "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok",
            .passed("ok", isReused: true)
        ),
        RawResponse(
            "103 before",
            "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + ok + "Content-Length: 2\r\n\r\nok",
            .passed("ok", isReused: true)
        ),
        RawResponse(
            "length and coding",
            ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .refused
        ),
        RawResponse(
            "two lengths",
            ok + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            .refused
        ),
        RawResponse(
            "two equal lengths",
            ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
            .refused
        ),
        RawResponse("a list of lengths", ok + "Content-Length: 2, 2\r\n\r\nok", .refused),
        RawResponse("a negative length", ok + "Content-Length: -2\r\n\r\nok", .refused),
        RawResponse("a length with a plus", ok + "Content-Length: +2\r\n\r\nok", .refused),
        RawResponse(
            "a length of 2^64",
            ok + "Content-Length: 18446744073709551616\r\n\r\nok",
            .refused
        ),
        RawResponse("a coding we do not know", ok + "Transfer-Encoding: gzip\r\n\r\nok", .refused),
        RawResponse(
            "gzip, chunked",
            ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            .refused
        ),
        RawResponse(
            "chunked in HTTP/1.0",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .refused
        ),
        RawResponse("a space before the colon", ok + "Content-Length : 2\r\n\r\nok", .refused),
        RawResponse("a folded field", ok + "X: a\r\n b\r\nContent-Length: 2\r\n\r\nok", .refused),
        RawResponse("a NUL", ok + "X: \u{0}\r\nContent-Length: 2\r\n\r\nok", .refused),
        RawResponse(
            "a bare CR in the status line",
            "HTTP/1.1 200 O\rK\r\nContent-Length: 2\r\n\r\nok",
            .refused
        ),
        RawResponse("a bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", .refused),
        RawResponse("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", .refused),
        RawResponse("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", .refused),
        RawResponse("a status of 099", "HTTP/1.1 099 OK\r\n\r\n", .refused),
        RawResponse("HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", .refused),
        RawResponse("HTTP/0.9", "<html>hello</html>", .refused, closes: true),
        RawResponse("101 that nobody asked for", "HTTP/1.1 101 Up\r\nUpgrade: x\r\n\r\n", .refused),
        RawResponse(
            "a flood of 1xx",
            String(repeating: "HTTP/1.1 102 W\r\n\r\n", count: 20) + ok + "\r\n",
            .refused
        ),
        RawResponse(
            "a header of 17 KiB",
            ok + "X: " + String(repeating: "a", count: 17_000) + "\r\n\r\n",
            .refused
        ),
        RawResponse("an end in the header", "HTTP/1.1 200 OK\r\nConte", .refused, closes: true),
        RawResponse("no answer", "", .refused, closes: true),
        RawResponse(
            "less than the length",
            ok + "Content-Length: 9\r\n\r\nok",
            .cutOff,
            closes: true
        ),
        RawResponse("an end in a chunk", chunked + "5\r\nok", .cutOff, closes: true),
        RawResponse("an end before the last chunk", chunked + "2\r\nok\r\n", .cutOff, closes: true),
        RawResponse(
            "an end in the trailers",
            chunked + "2\r\nok\r\n0\r\nX: y\r\n",
            .cutOff,
            closes: true
        ),
        RawResponse("a chunk size in decimal letters", chunked + "zz\r\nok\r\n0\r\n\r\n", .refused),
        RawResponse("a chunk too long", chunked + "2\r\nokay\r\n0\r\n\r\n", .refused),
        RawResponse(
            "a chunk size that wraps",
            chunked + "10000000000000002\r\nok\r\n0\r\n\r\n",
            .refused
        ),
    ]
}
