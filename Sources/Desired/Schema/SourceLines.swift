/// The text of a file, of which any line is found at once.
struct SourceLines: Sendable {
    private let bytes: [UInt8]
    /// Where each line begins.
    private let starts: [Int]

    init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
        var starts = [0]
        for index in bytes.indices where bytes[index] == 10 { starts.append(index + 1) }
        self.starts = starts
    }

    /// The text from the beginning of a line on, at most so many bytes of it; lines count from 1.
    func text(fromLine line: Int, limit: Int) -> String {
        let start = starts[min(max(line, 1), starts.count) - 1]
        return String(decoding: bytes[start...].prefix(limit), as: UTF8.self)
    }
}
