/// The state file: a mark, one record with the state as it was, then one record for each batch of changes.
///
/// A record is its length, the CRC-32 of its content and the content, so that a write that a crash cut
/// short is told from one that was finished.
enum StateFileFormat {
    static let mark = Array("apus-state 1\n".utf8)
    private static let headSize = 8

    /// What a file holds.
    struct Content {
        /// The state that the file begins with.
        var image: [StateChange] = []
        /// Everything accepted after it, in order.
        var batches: [[StateChange]] = []
        /// How much of the file is sound; what follows was never confirmed to anybody.
        var length = 0
    }

    /// A file that cannot be believed.
    struct Damage: Error {
        let reason: String
    }

    /// The mark and the first record.
    static func file(_ image: [StateChange]) -> [UInt8] { mark + record(image) }

    /// One record.
    static func record(_ changes: [StateChange]) -> [UInt8] {
        var writer = StateWriter()
        for change in changes { change.write(to: &writer) }
        let content = writer.bytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + headSize)
        for number in [UInt32(content.count), checksum(content[...])] {
            for shift in [0, 8, 16, 24] as [UInt32] {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return bytes + content
    }

    /// Reads a file up to where it stops making sense, which must lie behind the first record.
    static func read(_ bytes: [UInt8]) throws(Damage) -> Content {
        guard bytes.starts(with: mark) else { throw Damage(reason: "it is no state file") }
        var content = Content()
        content.length = mark.count
        guard let first = record(at: &content.length, of: bytes) else {
            throw Damage(reason: "the state it begins with is damaged")
        }
        content.image = first
        while let batch = record(at: &content.length, of: bytes) { content.batches.append(batch) }
        return content
    }

    private static func record(at position: inout Int, of bytes: [UInt8]) -> [StateChange]? {
        guard bytes.count - position >= headSize else { return nil }
        func number(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[position + offset + $1]) << UInt32($1 * 8) }
        }
        let start = position + headSize
        let length = Int(number(0))
        guard length <= bytes.count - start else { return nil }
        let content = bytes[start..<start + length]
        guard checksum(content) == number(4), let changes = changes(in: content) else { return nil }
        position = start + length
        return changes
    }

    private static func changes(in content: ArraySlice<UInt8>) -> [StateChange]? {
        var reader = StateReader(content)
        var changes: [StateChange] = []
        do throws(StateReader.Malformed) {
            while !reader.isAtEnd { changes.append(try StateChange(from: &reader)) }
        } catch {
            return nil
        }
        return changes
    }

    /// CRC-32 (ISO 3309, as in gzip); never 0 for nothing, so that a stretch of zeroes is no record.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var value = UInt32.max
        for byte in bytes {
            value = table[Int((value ^ UInt32(byte)) & 255)] ^ value >> 8
        }
        return bytes.isEmpty ? .max : ~value
    }

    private static let table: [UInt32] = (0..<256 as Range<UInt32>).map { byte in
        (0..<8).reduce(byte) { value, _ in
            value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1
        }
    }
}
