import Testing

@testable import Proxy

@Suite struct BodyFramingTests {
    struct ResponseCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let head: String
        var method: RequestHead.Method = .get
        let expected: BodyFraming
    }

    static let responses = [
        ResponseCase(
            testDescription: "length",
            head: "200 OK\r\nContent-Length: 3",
            expected: .length(3)
        ),
        ResponseCase(
            testDescription: "length 0",
            head: "200 OK\r\nContent-Length: 0",
            expected: .none
        ),
        ResponseCase(
            testDescription: "chunked",
            head: "200 OK\r\nTransfer-Encoding: chunked",
            expected: .chunked
        ),
        ResponseCase(testDescription: "neither", head: "200 OK\r\nA: b", expected: .untilClose),
        ResponseCase(
            testDescription: "HEAD",
            head: "200 OK\r\nContent-Length: 3",
            method: .head,
            expected: .none
        ),
        ResponseCase(
            testDescription: "HEAD, neither",
            head: "200 OK\r\nA: b",
            method: .head,
            expected: .none
        ),
        ResponseCase(testDescription: "204", head: "204 No\r\nContent-Length: 3", expected: .none),
        ResponseCase(
            testDescription: "304",
            head: "304 No\r\nTransfer-Encoding: chunked",
            expected: .none
        ),
        ResponseCase(
            testDescription: "100",
            head: "100 Continue\r\nContent-Length: 3",
            expected: .none
        ),
    ]

    @Test(arguments: responses)
    func `a response's framing follows status, method and fields`(_ one: ResponseCase) {
        let (result, head) = ResponseParserTests.parse("HTTP/1.1 \(one.head)\r\n\r\n")
        #expect(result == .complete)
        #expect(BodyFraming.of(head, to: one.method) == one.expected)
    }

    @Test(arguments: [
        ("A: b", BodyFraming.none), ("Content-Length: 0", .none), ("Content-Length: 7", .length(7)),
        ("Transfer-Encoding: chunked", .chunked),
    ]) func `a request's framing follows its fields`(_ field: String, _ expected: BodyFraming) {
        let (result, head) = RequestParserTests.parse(
            "POST / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n"
        )
        #expect(result == .complete)
        #expect(BodyFraming.of(head) == expected)
    }
}
