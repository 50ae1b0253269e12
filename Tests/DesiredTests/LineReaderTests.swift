import Model
import Testing

@testable import Desired

struct LineReaderTests {
    private func lines(_ bytes: [UInt8]) -> [String] {
        var reader = LineReader(bytes, path: "a")
        var lines: [String] = []
        while let line = reader.next() { lines.append("\(line.origin) \(line.text)") }
        return lines
    }

    @Test func `lines are told with their places, comments and empty ones left out`() {
        #expect(
            lines(Array("# a\n\n  one two \r\n\t#b\nthree".utf8)) == [
                "a:3:3 one two", "a:5:1 three",
            ]
        )
        #expect(lines([]) == [])
    }

    @Test func `a line that is no text is a mistake, and the next one is read`() {
        var reader = LineReader([0xff, 10] + Array("k".utf8), path: "a")
        #expect(reader.next()?.text == "k")
        #expect(reader.diagnostics.map(\.description) == ["a:1:1: the line is not UTF-8"])
    }

    @Test func `a text is noted once`() {
        var reader = LineReader(Array("k\nk\n".utf8), path: "a")
        let places = [reader.next(), reader.next()].compactMap(\.self).map {
            reader.note($0.text, at: $0.origin)
        }
        #expect(places == [nil, Origin(file: "a", line: 1, column: 1)])
    }
}
