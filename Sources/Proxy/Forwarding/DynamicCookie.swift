/// The cookie value of a server that has none, made of its address and `dynamic-cookie-key`, so that every proxy
/// finds the same (`srv_set_dyncookie`, HAProxy 2.6: XXH64 of key, address and port in network order).
enum DynamicCookie {
    /// Sixteen hexadecimal digits; nil for what is no IP address.
    static func value(of address: SocketAddress, key: String) -> String? {
        var bytes = Array(key.utf8)
        switch address.family {
        case .ipv4:
            for shift in [24, 16, 8, 0] {
                bytes.append(UInt8(truncatingIfNeeded: address.low >> UInt64(shift)))
            }
        case .ipv6:
            for half in [address.high, address.low] {
                for shift in stride(from: 56, through: 0, by: -8) {
                    bytes.append(UInt8(truncatingIfNeeded: half >> UInt64(shift)))
                }
            }
        case .none, .unix, .abstract: return nil
        }
        bytes += [0, 0, UInt8(address.port >> 8), UInt8(address.port & 255)]
        let text = String(XXHash64.hash(bytes), radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}

/// XXH64 with seed 0 (xxhash specification, 0.1.1).
enum XXHash64 {
    private static let primes: InlineArray<5, UInt64> = [
        0x9e37_79b1_85eb_ca87, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9,
        0x85eb_ca77_c2b2_ae63, 0x27d4_eb2f_1656_67c5,
    ]

    static func hash(_ bytes: [UInt8]) -> UInt64 {
        var index = 0
        var hash = primes[4]
        if bytes.count >= 32 {
            var lanes: InlineArray<4, UInt64> = [
                primes[0] &+ primes[1], primes[1], 0, 0 &- primes[0],
            ]
            while index + 32 <= bytes.count {
                for lane in 0..<4 {
                    lanes[lane] = round(lanes[lane], word(bytes, index + 8 * lane, 8))
                }
                index += 32
            }
            hash =
                rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12)
                &+ rotate(lanes[3], 18)
            for lane in 0..<4 { hash = (hash ^ round(0, lanes[lane])) &* primes[0] &+ primes[3] }
        }
        hash &+= UInt64(bytes.count)
        while index + 8 <= bytes.count {
            hash = rotate(hash ^ round(0, word(bytes, index, 8)), 27) &* primes[0] &+ primes[3]
            index += 8
        }
        if index + 4 <= bytes.count {
            hash = rotate(hash ^ word(bytes, index, 4) &* primes[0], 23) &* primes[1] &+ primes[2]
            index += 4
        }
        while index < bytes.count {
            hash = rotate(hash ^ UInt64(bytes[index]) &* primes[4], 11) &* primes[0]
            index += 1
        }
        hash = (hash ^ hash >> 33) &* primes[1]
        hash = (hash ^ hash >> 29) &* primes[2]
        return hash ^ hash >> 32
    }

    private static func round(_ state: UInt64, _ lane: UInt64) -> UInt64 {
        rotate(state &+ lane &* primes[1], 31) &* primes[0]
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }

    /// Little-endian.
    private static func word(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<count { word |= UInt64(bytes[start + offset]) << UInt64(8 * offset) }
        return word
    }
}
