/// Reads what `StateWriter` wrote.
struct StateReader {
    /// The bytes are not what was written.
    struct Malformed: Error {}

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard position < bytes.endIndex else { throw Malformed() }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func number() throws(Malformed) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            guard shift < 64 else { throw Malformed() }
            value |= UInt64(byte & 127) << shift
            shift += 7
            if byte < 128 { break }
        }
        return Int(Int64(bitPattern: value >> 1)) ^ -Int(Int64(bitPattern: value & 1))
    }

    /// A number that counts something that is still to come, a byte at least for each.
    mutating func count() throws(Malformed) -> Int {
        let count = try number()
        guard (0...bytes.endIndex - position).contains(count) else { throw Malformed() }
        return count
    }

    mutating func text() throws(Malformed) -> String {
        let count = try count()
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    mutating func optionalText() throws(Malformed) -> String? {
        try byte() == 0 ? nil : try text()
    }
}
