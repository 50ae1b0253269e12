import Testing

@testable import Proxy

@Suite struct BodyTransferTests {
    /// Feeds a chunked body in pieces of `size` bytes as a worker does; nil when it is malformed.
    static func pass(
        _ text: String,
        pieces size: Int,
        decodes: Bool = false
    ) -> (output: String, rest: String, isComplete: Bool)? {
        var transfer = BodyTransfer(.chunked, decodes: decodes)
        var output: [UInt8] = []
        var waiting: [UInt8] = []
        var input = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }[...]
        var scratch = ScratchBuffer(capacity: 1 << 17)
        defer { scratch.free() }
        while !input.isEmpty, !transfer.isComplete {
            waiting += input.prefix(size)
            input = input.dropFirst(size)
            scratch.clear()
            let used = waiting.span.withSlice { transfer.transfer($0, to: &scratch) }
            guard used >= 0 else { return nil }
            output += scratch.bytes.array
            waiting.removeFirst(used)
        }
        return (
            String(decoding: output, as: UTF8.self),
            String(decoding: waiting + input, as: UTF8.self),
            transfer.isComplete
        )
    }

    static let good: [(String, String)] = [
        ("0\r\n\r\n", "0\r\n\r\n"),
        ("3\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        ("003\r\nabc\r\n00\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "a\r\n0123456789\r\n0\r\n\r\n"),
        ("3;a=b\r\nabc\r\n0;x\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        ("3;a=\"q;\\\"x\"\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        ("3;a;b=c;d\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n"),
        ("1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n", "1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"),
        (
            "0\r\nContent-Length: 5\r\nHost: b\r\nTransfer-Encoding: chunked\r\nAuthorization: x\r\nA: b\r\n\r\n",
            "0\r\nA: b\r\n\r\n"
        ),
    ]

    @Test(arguments: good) func `a good body is passed on in canonical form, however it is cut`(
        _ input: String,
        _ expected: String
    ) throws {
        for size in [1, 2, 3, 5, 1000] {
            let passed = try #require(
                Self.pass(input + "GET", pieces: size),
                "in pieces of \(size)"
            )
            #expect(passed.isComplete)
            #expect(passed.output == expected)
            #expect(passed.rest == "GET")
        }
    }

    static let bad = [
        "\r\n", "x\r\n", "0x3\r\nabc\r\n", "+3\r\nabc\r\n", "-3\r\nabc\r\n", " 3\r\nabc\r\n",
        "3 \r\nabc\r\n",
        "0_3\r\nabc\r\n", "\r\nabc", "11111111111111111\r\n", "fffffffffffffffff\r\n",
        "ffffffffffffffff\r\n",
        "3\nabc\r\n", "3\rabc\r\n", "3\r\nabcXX", "3\r\nabcd\r\n", "3\r\nabc\n0\r\n\r\n",
        "3\r\nabc\r0\r\n\r\n",
        "3\r\nabc0\r\n\r\n", "3;\r\nabc\r\n", "3;a=\r\nabc\r\n", "3;a=\"b\r\nabc\r\n",
        "3;a\nabc\r\n", "3;a\u{0}\r\nabc\r\n",
        "3;a=b c\r\nabc\r\n", "3; a\r\nabc\r\n", "3;a\u{1}\r\nabc\r\n", "3;a=\"\u{7f}\"\r\nabc\r\n",
        "3;a=\"b\"c\r\n",
        "3;;a\r\nabc\r\n", "0\r\nnonsense\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\n folded\r\n\r\n",
        "0\r\nA: b\n\r\n",
        "0\r\nA: \u{0}\r\n\r\n", "0\r\n\rX", "0\r\n: b\r\n\r\n",
    ]

    @Test(arguments: bad) func `a body that breaks the rules is refused`(_ input: String) {
        for size in [1, 3, 1000] {
            #expect(Self.pass(input, pieces: size) == nil, "in pieces of \(size)")
        }
    }

    @Test func `extensions and trailers are bounded`() {
        let long = String(repeating: "a", count: 5000)
        #expect(Self.pass("3;\(long)\r\nabc\r\n", pieces: 1000) == nil)
        #expect(Self.pass("0\r\nA: \(long)\r\nB: \(long)\r\n\r\n", pieces: 1000) == nil)
        let many = String(repeating: "A: b\r\n", count: 3000)
        #expect(Self.pass("0\r\n\(many)\r\n", pieces: 1000) == nil)
    }

    @Test func `an unfinished body is not complete`() throws {
        let passed = try #require(Self.pass("5\r\nab", pieces: 100))
        #expect(!passed.isComplete)
        #expect(passed.output == "5\r\nab")
    }

    @Test func `for HTTP 1.0 the chunk framing is taken off`() throws {
        let passed = try #require(
            Self.pass("3;x\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\n", pieces: 1, decodes: true)
        )
        #expect(passed.output == "abcde")
        #expect(passed.isComplete)
    }

    private func take(_ transfer: inout BodyTransfer, _ count: Int) -> Int { transfer.take(count) }

    @Test func `a body of known length ends at its last byte`() {
        var transfer = BodyTransfer(.length(10))
        #expect(take(&transfer, 4) == 4)
        #expect(!transfer.isComplete)
        let endedEarly = transfer.end()
        #expect(!endedEarly)
        #expect(take(&transfer, 100) == 6)
        #expect(transfer.isComplete)
        #expect(take(&transfer, 1) == 0)
    }

    @Test func `a body until close ends only with the connection`() {
        var transfer = BodyTransfer(.untilClose)
        #expect(take(&transfer, 1000) == 1000)
        #expect(!transfer.isComplete)
        let ended = transfer.end()
        #expect(ended)
    }
}
