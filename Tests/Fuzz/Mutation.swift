package import Simulation

/// Makes a hostile input out of good ones: the same input for the same seed.
package enum Mutation {
    /// Bytes that parsers treat specially.
    private static let special =
        Array("\r\n\t \0:;,=\"'\\#/%&?[]{}<>*-+0129azAZ\u{7f}".utf8) + [0x80, 0xff]

    /// One of `corpus`, changed in one to eight places, at most `limit` bytes.
    package static func make(_ seed: Seed, from corpus: [[UInt8]], limit: Int = 64 * 1024)
        -> [UInt8]
    {
        var generator = seed.generator
        var bytes = corpus.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            change(&bytes, with: corpus, using: &generator)
        }
        return Array(bytes.prefix(limit))
    }

    private static func change(
        _ bytes: inout [UInt8],
        with corpus: [[UInt8]],
        using generator: inout SeededGenerator
    ) {
        let place = bytes.isEmpty ? 0 : Int.random(in: 0...bytes.count, using: &generator)
        let length = min(bytes.count - place, Int.random(in: 1...16, using: &generator))
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: bytes.insert(special.randomElement(using: &generator) ?? 0, at: place)
        case 1: bytes.removeSubrange(place..<place + length)
        case 2 where place < bytes.count:
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 3 where place < bytes.count:
            bytes[place] = special.randomElement(using: &generator) ?? 0
        case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 5:
            // A long run finds limits.
            let count = 1 << Int.random(in: 4...15, using: &generator)
            let byte = special.randomElement(using: &generator) ?? 0
            bytes.insert(contentsOf: repeatElement(byte, count: count), at: place)
        case 6:
            let digits = Array(String(UInt64.random(in: 0 ... .max, using: &generator)).utf8)
            bytes.insert(contentsOf: digits, at: place)
        default:
            let other = corpus.randomElement(using: &generator) ?? []
            let start = other.isEmpty ? 0 : Int.random(in: 0..<other.count, using: &generator)
            bytes.insert(contentsOf: other[start...].prefix(256), at: place)
        }
    }
}
