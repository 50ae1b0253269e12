/// The bytes of a table, walked line by line and word by word without making texts of what is not kept.
struct TableReader: Sendable {
    /// The command whose table it is, for errors.
    let name: String
    let bytes: [UInt8]
    /// Counted from 1, the line that `nextLine` returned last.
    private(set) var line = 0
    private var position = 0

    init(_ text: String, of name: String) {
        self.name = name
        bytes = Array(text.utf8)
    }

    /// The next line without its end, or nil after the last one.
    mutating func nextLine() -> Range<Int>? {
        guard position < bytes.count else { return nil }
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        let end = position
        position += 1
        line += 1
        return start..<end
    }

    /// The next line that is not empty.
    mutating func nextFilledLine() -> Range<Int>? {
        while let line = nextLine() { if !line.isEmpty { return line } }
        return nil
    }

    /// The words of the next filled line, which must begin with `# `.
    mutating func header() throws(TableError) -> [String] {
        guard let line = nextFilledLine(), line.count > 2,
            bytes[line.lowerBound] == UInt8(ascii: "#"),
            bytes[line.lowerBound + 1] == UInt8(ascii: " ")
        else { throw error("no header line") }
        var words: [Range<Int>] = []
        split(line.dropFirst(2), into: &words)
        return words.map(string)
    }

    /// Words between single spaces; runs of spaces count as one.
    func split(_ line: Range<Int>, into words: inout [Range<Int>]) {
        words.removeAll(keepingCapacity: true)
        var start = line.lowerBound
        for index in line where bytes[index] == UInt8(ascii: " ") {
            if index > start { words.append(start..<index) }
            start = index + 1
        }
        if line.upperBound > start { words.append(start..<line.upperBound) }
    }

    func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Nil for `-`, HAProxy's mark of an absent text.
    func optional(_ range: Range<Int>) -> String? {
        range.count == 1 && bytes[range.lowerBound] == UInt8(ascii: "-") ? nil : string(range)
    }

    func integer(_ range: Range<Int>) throws(TableError) -> Int {
        guard let number = number(range) else { throw error("'\(string(range))' is not a number") }
        return number
    }

    /// A decimal number of at most 18 digits that fills the range.
    func number(_ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        let isNegative = index < range.upperBound && bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        guard index < range.upperBound, range.upperBound - index <= 18 else { return nil }
        var number = 0
        while index < range.upperBound {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            number = number * 10 + Int(digit)
            index += 1
        }
        return isNegative ? -number : number
    }

    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        range.first { bytes[$0] == byte }
    }

    func error(_ reason: String) -> TableError { TableError(name, line: line, reason: reason) }
}
