/// Collects the bytes of a table.
struct TableWriter {
    private(set) var bytes: [UInt8] = []

    init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func write(_ byte: UInt8) { bytes.append(byte) }

    mutating func write(_ number: Int) {
        guard number >= 10 || number < 0 else { return write(UInt8(ascii: "0") + UInt8(number)) }
        write(String(number))
    }

    /// A text and the space after it; `-` when there is none.
    mutating func writeWord(_ text: String?) {
        write(text ?? "-")
        write(UInt8(ascii: " "))
    }

    /// A number and the space after it.
    mutating func writeWord(_ number: Int) {
        write(number)
        write(UInt8(ascii: " "))
    }

    /// Turns the space after the last word into the end of the line.
    mutating func endLine() {
        if bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        write(UInt8(ascii: "\n"))
    }
}
