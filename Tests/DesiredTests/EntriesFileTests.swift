import Model
import Testing

@testable import Desired

@Suite struct EntriesFileTests {
    @Test func `lines are a key and the rest, comments and empty lines are skipped`() {
        let file = EntriesFile(
            Array("# a\n\n k1 v1\nk2\tv2 more  \r\n#k3 v3\n".utf8),
            path: "a.txt"
        )
        #expect(file.entries.map { "\($0.key)=\($0.value)" } == ["k1=v1", "k2=v2 more"])
        #expect(file.entries.map(\.origin.description) == ["a.txt:3:2", "a.txt:4:1"])
        #expect(file.diagnostics == [])
    }

    @Test func `lines that cannot be used are named, all of them`() {
        let file = EntriesFile(
            Array("k\nk1 v\n".utf8) + [0xff, 10] + Array("k1 w\nk\u{7} v\n".utf8),
            path: "a.txt"
        )
        #expect(
            file.diagnostics.map(\.description) == [
                "a.txt:1:1: a line must be a key, white space and a value",
                "a.txt:3:1: the line is not UTF-8",
                "a.txt:4:1: key \"k1\" appears twice in this map",
                "a.txt:5:1: a line must be a key, white space and a value",
            ]
        )
        #expect(file.entries.count == 1)
    }

    @Test func `a file of nothing but mistakes stops after a hundred`() {
        let file = EntriesFile(Array(String(repeating: "x\n", count: 10_000).utf8), path: "a.txt")
        #expect(file.diagnostics.count == 100)
    }
}
