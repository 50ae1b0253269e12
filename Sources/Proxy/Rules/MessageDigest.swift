/// The message digests of converters (RFC 1321, FIPS 180-4), over bytes in place and without allocation.
package enum MessageDigest: UInt8, BitwiseCopyable, Sendable {
    case md5, sha1, sha224, sha256, sha384, sha512

    /// By the name in `digest(…)` and `hmac(…)`; HAProxy takes OpenSSL's.
    init?(named name: String) {
        switch name.lowercased() {
        case "md5": self = .md5
        case "sha1": self = .sha1
        case "sha224": self = .sha224
        case "sha256": self = .sha256
        case "sha384": self = .sha384
        case "sha512": self = .sha512
        default: return nil
        }
    }

    /// Bytes that are mixed in at once.
    var blockSize: Int { rawValue >= Self.sha384.rawValue ? 128 : 64 }

    /// Puts the digest of a message behind what the arena has.
    func append(_ message: ByteSlice, to arena: inout Arena) {
        switch self {
        case .md5: MD5.append(message, to: &arena)
        case .sha1: SHA1.append(message, to: &arena)
        case .sha224: SHA2Short.append(message, isTruncated: true, to: &arena)
        case .sha256: SHA2Short.append(message, isTruncated: false, to: &arena)
        case .sha384: SHA2Long.append(message, isTruncated: true, to: &arena)
        case .sha512: SHA2Long.append(message, isTruncated: false, to: &arena)
        }
    }

    /// Puts the keyed digest of a message behind what the arena has (RFC 2104).
    func append(_ message: ByteSlice, keyedBy key: ByteSlice, to arena: inout Arena) {
        let mark = arena.count
        var key = key
        if key.count > blockSize {
            append(key, to: &arena)
            key = arena.slice(from: mark)
        }
        let inner = arena.count
        appendPad(of: key, 0x36, to: &arena)
        arena.append(message)
        let innerMessage = arena.slice(from: inner)
        let outer = arena.count
        appendPad(of: key, 0x5c, to: &arena)
        append(innerMessage, to: &arena)
        let outerMessage = arena.slice(from: outer)
        let start = arena.count
        append(outerMessage, to: &arena)
        // The result takes the place of what it was made of.
        let result = arena.slice(from: start)
        arena.release(to: mark)
        arena.append(result)
    }

    private func appendPad(of key: ByteSlice, _ pad: UInt8, to arena: inout Arena) {
        for index in 0..<blockSize {
            arena.append(byte: (index < key.count ? key[index] : 0) ^ pad)
        }
    }
}

/// A message with its padding: a one, zeroes and its length in bits at the end of the last block.
private struct PaddedMessage {
    let bytes: ByteSlice
    let count: Int
    private let isBigEndian: Bool

    init(_ bytes: ByteSlice, block: Int, isBigEndian: Bool = true) {
        self.bytes = bytes
        self.isBigEndian = isBigEndian
        count = (bytes.count + block / 8 + block) / block * block
    }

    subscript(index: Int) -> UInt8 {
        if index < bytes.count { return bytes[index] }
        if index == bytes.count { return 0x80 }
        let place = index - (count - 8)
        guard place >= 0 else { return 0 }
        let shift = UInt64(isBigEndian ? 7 - place : place) * 8
        return UInt8(truncatingIfNeeded: (UInt64(bytes.count) * 8) >> shift)
    }

    func word(at index: Int) -> UInt32 {
        var word: UInt32 = 0
        for place in 0..<4 { word = word << 8 | UInt32(self[index + place]) }
        return isBigEndian ? word : word.byteSwapped
    }

    func longWord(at index: Int) -> UInt64 {
        UInt64(word(at: index)) << 32 | UInt64(word(at: index + 4))
    }
}

extension FixedWidthInteger {
    fileprivate func turnedLeft(by distance: Self) -> Self {
        self &<< distance | self &>> (Self(Self.bitWidth) &- distance)
    }

    fileprivate func turnedRight(by distance: Self) -> Self {
        self &>> distance | self &<< (Self(Self.bitWidth) &- distance)
    }
}

extension Arena {
    fileprivate mutating func append(word: UInt32) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            append(byte: UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

private enum MD5 {
    static func append(_ message: ByteSlice, to arena: inout Arena) {
        let padded = PaddedMessage(message, block: 64, isBigEndian: false)
        let sines = DigestConstants.sines
        let shifts: InlineArray<16, UInt32> = [
            7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
        ]
        var state: InlineArray<4, UInt32> = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
        for block in stride(from: 0, to: padded.count, by: 64) {
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for round in 0..<64 {
                let mixed: UInt32
                let word: Int
                switch round / 16 {
                case 0: (mixed, word) = (b & c | ~b & d, round)
                case 1: (mixed, word) = (d & b | ~d & c, (5 * round + 1) % 16)
                case 2: (mixed, word) = (b ^ c ^ d, (3 * round + 5) % 16)
                default: (mixed, word) = (c ^ (b | ~d), 7 * round % 16)
                }
                let sum = a &+ mixed &+ sines[round] &+ padded.word(at: block + word * 4)
                (a, d, c) = (d, c, b)
                b = b &+ sum.turnedLeft(by: shifts[round / 16 * 4 + round % 4])
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
        }
        for index in 0..<4 { arena.append(word: state[index].byteSwapped) }
    }
}

private enum SHA1 {
    static func append(_ message: ByteSlice, to arena: inout Arena) {
        let padded = PaddedMessage(message, block: 64)
        var state: InlineArray<5, UInt32> = [
            0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
        ]
        var words = InlineArray<80, UInt32>(repeating: 0)
        for block in stride(from: 0, to: padded.count, by: 64) {
            for index in 0..<16 { words[index] = padded.word(at: block + index * 4) }
            for index in 16..<80 {
                words[index] =
                    (words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16])
                    .turnedLeft(by: 1)
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for round in 0..<80 {
                let (mixed, constant): (UInt32, UInt32) =
                    switch round / 20 {
                    case 0: (b & c | ~b & d, 0x5a82_7999)
                    case 1: (b ^ c ^ d, 0x6ed9_eba1)
                    case 2: (b & c | b & d | c & d, 0x8f1b_bcdc)
                    default: (b ^ c ^ d, 0xca62_c1d6)
                    }
                let sum = a.turnedLeft(by: 5) &+ mixed &+ e &+ constant &+ words[round]
                (e, d, c, b, a) = (d, c, b.turnedLeft(by: 30), a, sum)
            }
            state[0] &+= a
            state[1] &+= b
            state[2] &+= c
            state[3] &+= d
            state[4] &+= e
        }
        for index in 0..<5 { arena.append(word: state[index]) }
    }
}

/// SHA-224 and SHA-256.
private enum SHA2Short {
    static func append(_ message: ByteSlice, isTruncated: Bool, to arena: inout Arena) {
        let padded = PaddedMessage(message, block: 64)
        var state = InlineArray<8, UInt32> { index in
            isTruncated
                ? UInt32(truncatingIfNeeded: DigestConstants.start384[index])
                : UInt32(truncatingIfNeeded: DigestConstants.start512[index] >> 32)
        }
        for block in stride(from: 0, to: padded.count, by: 64) { mix(padded, block, into: &state) }
        for index in 0..<(isTruncated ? 7 : 8) { arena.append(word: state[index]) }
    }

    private static func mix(
        _ padded: PaddedMessage,
        _ block: Int,
        into state: inout InlineArray<8, UInt32>
    ) {
        let rounds = DigestConstants.rounds
        var words = InlineArray<64, UInt32>(repeating: 0)
        for index in 0..<16 { words[index] = padded.word(at: block + index * 4) }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let first = early.turnedRight(by: 7) ^ early.turnedRight(by: 18) ^ early >> 3
            let second = late.turnedRight(by: 17) ^ late.turnedRight(by: 19) ^ late >> 10
            words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
        }
        var turn = state
        for round in 0..<64 {
            let (a, e) = (turn[0], turn[4])
            let high = e.turnedRight(by: 6) ^ e.turnedRight(by: 11) ^ e.turnedRight(by: 25)
            let choice = e & turn[5] ^ ~e & turn[6]
            let constant = UInt32(truncatingIfNeeded: rounds[round] >> 32)
            let first = turn[7] &+ high &+ choice &+ constant &+ words[round]
            let low = a.turnedRight(by: 2) ^ a.turnedRight(by: 13) ^ a.turnedRight(by: 22)
            let majority = a & turn[1] ^ a & turn[2] ^ turn[1] & turn[2]
            for index in stride(from: 7, to: 0, by: -1) { turn[index] = turn[index - 1] }
            turn[4] &+= first
            turn[0] = first &+ low &+ majority
        }
        for index in 0..<8 { state[index] &+= turn[index] }
    }
}

/// SHA-384 and SHA-512.
private enum SHA2Long {
    static func append(_ message: ByteSlice, isTruncated: Bool, to arena: inout Arena) {
        let padded = PaddedMessage(message, block: 128)
        var state = isTruncated ? DigestConstants.start384 : DigestConstants.start512
        for block in stride(from: 0, to: padded.count, by: 128) { mix(padded, block, into: &state) }
        for index in 0..<(isTruncated ? 6 : 8) {
            arena.append(word: UInt32(truncatingIfNeeded: state[index] >> 32))
            arena.append(word: UInt32(truncatingIfNeeded: state[index]))
        }
    }

    private static func mix(
        _ padded: PaddedMessage,
        _ block: Int,
        into state: inout InlineArray<8, UInt64>
    ) {
        let rounds = DigestConstants.rounds
        var words = InlineArray<80, UInt64>(repeating: 0)
        for index in 0..<16 { words[index] = padded.longWord(at: block + index * 8) }
        for index in 16..<80 {
            let (early, late) = (words[index - 15], words[index - 2])
            let first = early.turnedRight(by: 1) ^ early.turnedRight(by: 8) ^ early >> 7
            let second = late.turnedRight(by: 19) ^ late.turnedRight(by: 61) ^ late >> 6
            words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
        }
        var turn = state
        for round in 0..<80 {
            let (a, e) = (turn[0], turn[4])
            let high = e.turnedRight(by: 14) ^ e.turnedRight(by: 18) ^ e.turnedRight(by: 41)
            let choice = e & turn[5] ^ ~e & turn[6]
            let first = turn[7] &+ high &+ choice &+ rounds[round] &+ words[round]
            let low = a.turnedRight(by: 28) ^ a.turnedRight(by: 34) ^ a.turnedRight(by: 39)
            let majority = a & turn[1] ^ a & turn[2] ^ turn[1] & turn[2]
            for index in stride(from: 7, to: 0, by: -1) { turn[index] = turn[index - 1] }
            turn[4] &+= first
            turn[0] = first &+ low &+ majority
        }
        for index in 0..<8 { state[index] &+= turn[index] }
    }
}
