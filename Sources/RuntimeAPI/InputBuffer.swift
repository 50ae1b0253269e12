/// Bytes that arrived and are not yet consumed; every byte is looked at once when lines are sought.
struct InputBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0
    /// No end of line lies before this.
    private var searched = 0

    var count: Int { bytes.count - start }

    /// How much memory it holds, in bytes.
    var capacity: Int { bytes.capacity }

    mutating func append(_ more: some Collection<UInt8>) {
        compact()
        bytes.append(contentsOf: more)
    }

    /// The next line without its `\n`, or nil while it is incomplete.
    mutating func takeLine() -> ArraySlice<UInt8>? {
        let index = Self.endOfLine(in: bytes.span, from: max(searched, start))
        searched = index
        guard index < bytes.count else { return nil }
        let line = bytes[start..<index]
        start = index + 1
        return line
    }

    private static func endOfLine(in bytes: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
        return index
    }

    private mutating func compact() {
        guard start > 0, start == bytes.count || start > 65_536 && start > bytes.count / 2 else {
            return
        }
        bytes.removeSubrange(0..<start)
        searched = max(0, searched - start)
        start = 0
    }
}
