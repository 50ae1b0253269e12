import Testing

@testable import Proxy

@Suite struct SampleTextTests {
    /// What a converter makes of a text; nil when nothing is left of it.
    private func convert(
        _ text: String,
        _ change: (inout RoutingConverter) -> Void,
        _ kind: RoutingConverter.Kind
    ) -> String? {
        var converter = RoutingConverter(kind)
        change(&converter)
        let bytes = Array(text.utf8)
        let sample = SampleText(RequestHead.Part(start: 0, count: Int32(bytes.count)))
        let result = sample.converted(by: .make([converter]), in: bytes.span, maps: .empty)
        guard result.isPresent else { return nil }
        var found: [UInt8] = []
        for offset in 0..<result.count { found.append(result.byte(offset, in: bytes.span)) }
        return String(decoding: found, as: UTF8.self)
    }

    @Test(arguments: [
        ("Ab.C-1", "ab.c-1"), ("", ""), ("[Z]", "[z]"),
    ])
    func `lower folds ASCII letters only`(text: String, expected: String) {
        #expect(convert(text, { _ in }, .lower) == expected)
    }

    @Test func `upper folds the other way`() {
        #expect(convert("a{z}é", { _ in }, .upper) == "A{Z}é")
    }

    @Test(arguments: [
        ("host:80", "host"), ("host", "host"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"),
        ("1.2.3.4:8080", "1.2.3.4"),
        ("host:", "host"), ("", ""),
    ])
    func `host_only drops a port`(text: String, expected: String) {
        #expect(convert(text, { _ in }, .hostOnly) == expected)
    }

    @Test(
        arguments: [
            ("a.b.c", 1, "a"), ("a.b.c", 2, "b"), ("a.b.c", 3, "c"), ("a.b.c", -1, "c"),
            ("a.b.c", -3, "a"), ("a..c", 2, ""),
            ("abc", 1, "abc"), ("abc", -1, "abc"),
        ] as [(String, Int, String)]
    )
    func `field counts from either end`(text: String, position: Int, expected: String) {
        let found = convert(
            text,
            {
                $0.position = Int32(position)
                $0.text = .make(".")
            },
            .field
        )
        #expect(found == expected)
    }

    @Test func `a field that is not there is absent`() {
        let change: (inout RoutingConverter) -> Void = {
            $0.position = 4
            $0.text = .make(".")
        }
        #expect(convert("a.b.c", change, .field) == nil)
    }
}
