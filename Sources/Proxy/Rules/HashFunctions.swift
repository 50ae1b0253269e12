/// The hash functions of HAProxy's converters and balancing (`hash.c`, 2.6; xxHash 0.8; RFC 3720 for CRC-32C).
package enum HashFunctions {
    /// `hash_sdbm`.
    package static func sdbm(_ bytes: ByteSlice) -> UInt32 {
        var hash: UInt32 = 0
        for index in 0..<bytes.count {
            hash = UInt32(bytes[index]) &+ (hash << 6) &+ (hash << 16) &- hash
        }
        return hash
    }

    /// `hash_djb2`.
    package static func djb2(_ bytes: ByteSlice) -> UInt32 {
        var hash: UInt32 = 5381
        for index in 0..<bytes.count { hash = (hash << 5) &+ hash &+ UInt32(bytes[index]) }
        return hash
    }

    /// `hash_wt6`.
    package static func wt6(_ bytes: ByteSlice) -> UInt32 {
        var high: UInt32 = 0xa53c_965a
        var low: UInt32 = 0x5ca6_953a
        var (first, second): (UInt32, UInt32) = (6, 18)
        for index in 0..<bytes.count {
            let byte = UInt32(bytes[index])
            high = ~(high ^ byte)
            low = ~(low &+ byte)
            // Masked shifts: the processor turns a distance of 32 into 0, and HAProxy relies on it.
            let turned = low &<< first | low &>> (32 &- first)
            low = high &<< second | high &>> (32 &- second)
            high = turned
            let steps = (high >> 16 ^ low) & 0xffff
            first = steps & 31
            second = steps >> 11
        }
        return high ^ low
    }

    /// CRC-32 of zlib.
    package static func crc32(_ bytes: ByteSlice) -> UInt32 { crc(bytes, polynomial: 0xedb8_8320) }

    /// CRC-32C (Castagnoli).
    package static func crc32c(_ bytes: ByteSlice) -> UInt32 { crc(bytes, polynomial: 0x82f6_3b78) }

    private static func crc(_ bytes: ByteSlice, polynomial: UInt32) -> UInt32 {
        var remainder = ~UInt32(0)
        for index in 0..<bytes.count {
            remainder ^= UInt32(bytes[index])
            for _ in 0..<8 {
                remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : polynomial)
            }
        }
        return ~remainder
    }

    /// XXH32 with a seed.
    package static func xxh32(_ bytes: ByteSlice, seed: UInt32) -> UInt32 {
        let primes: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
            0x9e37_79b1, 0x85eb_ca77, 0xc2b2_ae3d, 0x27d4_eb2f, 0x1656_67b1
        )
        var index = 0
        var hash: UInt32
        if bytes.count >= 16 {
            var lanes: InlineArray<4, UInt32> = [
                seed &+ primes.0 &+ primes.1, seed &+ primes.1, seed, seed &- primes.0,
            ]
            while index + 16 <= bytes.count {
                for lane in 0..<4 {
                    let word = bytes.word32(at: index + lane * 4)
                    lanes[lane] = rotate(lanes[lane] &+ word &* primes.1, 13) &* primes.0
                }
                index += 16
            }
            hash = rotate(lanes[0], 1) &+ rotate(lanes[1], 7)
            hash = hash &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
        } else {
            hash = seed &+ primes.4
        }
        hash = hash &+ UInt32(truncatingIfNeeded: bytes.count)
        while index + 4 <= bytes.count {
            hash = rotate(hash &+ bytes.word32(at: index) &* primes.2, 17) &* primes.3
            index += 4
        }
        while index < bytes.count {
            hash = rotate(hash &+ UInt32(bytes[index]) &* primes.4, 11) &* primes.0
            index += 1
        }
        hash = (hash ^ hash >> 15) &* primes.1
        hash = (hash ^ hash >> 13) &* primes.2
        return hash ^ hash >> 16
    }

    private static let prime1: UInt64 = 0x9e37_79b1_85eb_ca87
    private static let prime2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    private static let prime3: UInt64 = 0x1656_67b1_9e37_79f9
    private static let prime4: UInt64 = 0x85eb_ca77_c2b2_ae63
    private static let prime5: UInt64 = 0x27d4_eb2f_1656_67c5

    /// XXH64 with a seed.
    package static func xxh64(_ bytes: ByteSlice, seed: UInt64) -> UInt64 {
        var index = 0
        var hash: UInt64
        if bytes.count >= 32 {
            var lanes: InlineArray<4, UInt64> = [
                seed &+ prime1 &+ prime2, seed &+ prime2, seed, seed &- prime1,
            ]
            while index + 32 <= bytes.count {
                for lane in 0..<4 {
                    lanes[lane] = round(lanes[lane], bytes.word64(at: index + lane * 8))
                }
                index += 32
            }
            hash = rotate(lanes[0], 1) &+ rotate(lanes[1], 7)
            hash = hash &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
            for lane in 0..<4 {
                hash = (hash ^ round(0, lanes[lane])) &* prime1 &+ prime4
            }
        } else {
            hash = seed &+ prime5
        }
        hash = hash &+ UInt64(bytes.count)
        while index + 8 <= bytes.count {
            hash = rotate(hash ^ round(0, bytes.word64(at: index)), 27) &* prime1 &+ prime4
            index += 8
        }
        if index + 4 <= bytes.count {
            hash = rotate(hash ^ UInt64(bytes.word32(at: index)) &* prime1, 23) &* prime2 &+ prime3
            index += 4
        }
        while index < bytes.count {
            hash = rotate(hash ^ UInt64(bytes[index]) &* prime5, 11) &* prime1
            index += 1
        }
        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }

    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotate(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotate<Word: FixedWidthInteger>(_ word: Word, _ bits: Word) -> Word {
        word << bits | word >> (Word(Word.bitWidth) - bits)
    }
}

extension ByteSlice {
    /// Four bytes from an index, the lowest first.
    fileprivate func word32(at index: Int) -> UInt32 {
        var word: UInt32 = 0
        for offset in 0..<4 { word |= UInt32(self[index + offset]) << UInt32(8 * offset) }
        return word
    }

    /// Eight bytes from an index, the lowest first.
    fileprivate func word64(at index: Int) -> UInt64 {
        UInt64(word32(at: index)) | UInt64(word32(at: index + 4)) << 32
    }
}
