import Testing

@testable import Desired

@Suite struct SpellingTests {
    @Test(
        arguments: [
            ("wieght", "weight"), ("maxcon", "maxconn"), ("servres", "servers"),
            ("adress", "address"), ("id", nil),
            ("xyz", nil), ("", nil),
        ] as [(String, String?)]
    ) func `the nearest word is suggested if it is near`(text: String, word: String?) {
        #expect(
            Spelling.nearest(to: text, among: ["weight", "maxconn", "servers", "address"]) == word
        )
    }
}
