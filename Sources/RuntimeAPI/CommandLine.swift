/// One line of the Runtime API taken apart: `;` separates commands, blanks separate words, `\` escapes.
///
/// management.txt §9.3; a backslash is dropped and the byte after it stands for itself.
struct CommandLine: Hashable, Sendable {
    /// The words of each command; an empty list for an empty command.
    private(set) var commands: [[String]] = [[]]
    /// The word `<<` or `<<MARK` (at most 7 bytes of mark, 2.9) ended the line; holds the mark.
    private(set) var payloadMark: [UInt8]?

    private static let markLimit = 7

    init(_ line: ArraySlice<UInt8>) {
        var word: [UInt8] = []
        var wordStart: Int?
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            switch byte {
            // A NUL parts words in HAProxy, too.
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ";"), 0:
                finish(&word, &wordStart)
                if byte == UInt8(ascii: ";") { commands.append([]) }
            case UInt8(ascii: "\\"):
                wordStart = wordStart ?? index
                index += 1
                if index < line.endIndex { word.append(line[index]) }
            default:
                wordStart = wordStart ?? index
                word.append(byte)
            }
            index += 1
        }
        if let start = wordStart, let mark = Self.mark(of: line[start...]) {
            payloadMark = mark
        } else {
            finish(&word, &wordStart)
        }
    }

    private mutating func finish(_ word: inout [UInt8], _ start: inout Int?) {
        guard start != nil else { return }
        commands[commands.count - 1].append(String(decoding: word, as: UTF8.self))
        word.removeAll(keepingCapacity: true)
        start = nil
    }

    private static func mark(of word: ArraySlice<UInt8>) -> [UInt8]? {
        guard word.starts(with: "<<".utf8), word.count <= markLimit + 2 else { return nil }
        return Array(word.dropFirst(2))
    }
}
