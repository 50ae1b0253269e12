/// Finds the rows of a text in which a word stands, in one pass over its bytes.
enum WordIndex {
    static func rows(in text: String) -> [String: [Int]] {
        var found: [String: [Int]] = [:]
        var word: [UInt8] = []
        var row = 0
        for byte in text.utf8 {
            if isPartOfWord(byte) {
                word.append(byte)
                continue
            }
            if !word.isEmpty {
                found[String(decoding: word, as: UTF8.self), default: []].append(row)
                word.removeAll(keepingCapacity: true)
            }
            if byte == UInt8(ascii: "\n") { row += 1 }
        }
        if !word.isEmpty { found[String(decoding: word, as: UTF8.self), default: []].append(row) }
        return found
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 128
        }
    }
}
