import Testing

@testable import Desired

@Suite struct JSONTextTests {
    @Test func `text in JSON is quoted`() {
        #expect(JSONText.string("a\"\\\n\u{1}ä").text() == #""a\"\\\n\u0001ä""#)
    }

    @Test func `members keep their order and short lists stay on one line`() {
        let value = JSONText.object([
            ("b", .list([.number(1), .boolean(true)])), ("a", .object([])),
            ("c", .list([.object([("d", .number(2))])])),
        ])
        #expect(
            value.text() == """
                {
                  "b": [1, true],
                  "a": {},
                  "c": [
                    {
                      "d": 2
                    }
                  ]
                }
                """
        )
    }
}
