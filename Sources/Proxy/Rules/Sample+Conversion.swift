import Model

extension Sample {
    /// The same value as another type, new bytes in `arena`; absent when HAProxy cannot cast it.
    package func cast(to wanted: Kind, in arena: inout Arena) -> Sample {
        if kind == wanted || wanted == .any || kind == .none { return self }
        switch wanted {
        case .string: return text(in: &arena)
        case .integer: return number()
        case .binary: return raw(in: &arena)
        case .boolean: return kind == .integer ? Sample(low != 0) : Sample()
        case .address, .ipv4, .ipv6: return address(as: wanted)
        case .none, .any: return self
        }
    }

    /// In words, as it is written into a header or a log.
    package func text(in arena: inout Arena) -> Sample {
        let mark = arena.count
        switch kind {
        case .string, .none, .any, .address: return self
        case .boolean, .integer: arena.append(decimal: integer)
        case .ipv4, .ipv6: appendAddress(to: &arena)
        case .binary: return Sample(bytes)
        }
        return Sample(arena.slice(from: mark))
    }

    private func appendAddress(to arena: inout Arena) {
        guard kind == .ipv6 else {
            for octet in 0..<4 {
                if octet > 0 { arena.append(byte: UInt8(ascii: ".")) }
                arena.append(decimal: Int64(low >> UInt64(24 - 8 * octet) & 255))
            }
            return
        }
        IPv6Text.append(high: high, low: low, to: &arena)
    }

    private func number() -> Sample {
        switch kind {
        case .boolean: return Sample(integer)
        case .ipv4: return Sample(Int64(low))
        case .string: return bytes.isEmpty ? Sample() : Sample(bytes.leadingInteger)
        default: return Sample()
        }
    }

    private func raw(in arena: inout Arena) -> Sample {
        let mark = arena.count
        switch kind {
        case .string: return Sample(bytes, isBinary: true)
        case .integer:
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                arena.append(byte: UInt8(truncatingIfNeeded: low >> shift))
            }
        case .ipv4:
            for shift in stride(from: UInt64(24), through: 0, by: -8) {
                arena.append(byte: UInt8(truncatingIfNeeded: low >> shift))
            }
        case .ipv6:
            for half in 0..<2 {
                for shift in stride(from: UInt64(56), through: 0, by: -8) {
                    let word = half == 0 ? high : low
                    arena.append(byte: UInt8(truncatingIfNeeded: word >> shift))
                }
            }
        default: return Sample()
        }
        return Sample(arena.slice(from: mark), isBinary: true)
    }

    private func address(as wanted: Kind) -> Sample {
        var made = self
        switch kind {
        case .integer:
            made.kind = .ipv4
            made.low &= 0xffff_ffff
        case .string: made = Sample(parsing: bytes)
        case .ipv4, .ipv6: break
        default: return Sample()
        }
        if wanted == .ipv6, made.kind == .ipv4 {
            made.kind = .ipv6
            made.high = 0
            made.low |= 0xffff_0000_0000
        } else if wanted == .ipv4, made.kind == .ipv6 {
            // Only an address that is mapped from IPv4 has a short form.
            guard made.high == 0, made.low >> 32 == 0xffff else { return Sample() }
            made.kind = .ipv4
            made.low &= 0xffff_ffff
        }
        return made
    }

    /// An address from its text; absent when it is none.
    package init(parsing bytes: ByteSlice) {
        self.init()
        if let bits = bytes.ipv4 {
            kind = .ipv4
            low = UInt64(bits)
        } else if let halves = IPv6Text.parse(bytes) {
            kind = .ipv6
            (high, low) = halves
        }
    }
}

extension ByteSlice {
    /// A whole number with an optional sign; nil for anything else.
    package var decimal: Int64? {
        guard count > 0 else { return nil }
        let isNegative = self[0] == UInt8(ascii: "-")
        let start = isNegative || self[0] == UInt8(ascii: "+") ? 1 : 0
        guard start < count else { return nil }
        var value: Int64 = 0
        for index in start..<count {
            guard ASCII.isDigit(self[index]) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(self[index]) - 48)
            guard !overflow, !carry else { return isNegative ? Int64.min : Int64.max }
            value = sum
        }
        return isNegative ? -value : value
    }

    /// Four decimal octets.
    package var ipv4: UInt32? {
        var value: UInt32 = 0
        var octet = -1
        var octets = 1
        for index in 0..<count {
            let byte = self[index]
            if ASCII.isDigit(byte) {
                octet = max(0, octet) * 10 + Int(byte) - 48
                guard octet < 256 else { return nil }
            } else if byte == UInt8(ascii: "."), octet >= 0, octets < 4 {
                value = value << 8 | UInt32(octet)
                octet = -1
                octets += 1
            } else {
                return nil
            }
        }
        return octet >= 0 && octets == 4 ? value << 8 | UInt32(octet) : nil
    }
}

/// IPv6 addresses as text (RFC 4291 §2.2, RFC 5952) without allocating.
enum IPv6Text {
    /// The two halves, nil when the text is no address.
    static func parse(_ text: ByteSlice) -> (UInt64, UInt64)? {
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        var gap = -1
        var index = 0
        if text.count >= 2, text[0] == UInt8(ascii: ":"), text[1] == UInt8(ascii: ":") {
            gap = 0
            index = 2
        }
        while index < text.count {
            guard count < 8 else { return nil }
            let start = index
            var value = 0
            while index < text.count, ASCII.hexadecimal(text[index]) >= 0 {
                value = value << 4 | ASCII.hexadecimal(text[index])
                index += 1
                if index - start > 4 { break }
            }
            if index < text.count, text[index] == UInt8(ascii: "."), count <= 6,
                let bits = text[start..<text.count].ipv4
            {
                groups[count] = UInt16(bits >> 16)
                groups[count + 1] = UInt16(truncatingIfNeeded: bits)
                count += 2
                break
            }
            guard index > start, index - start <= 4 else { return nil }
            groups[count] = UInt16(value)
            count += 1
            guard index < text.count else { break }
            guard text[index] == UInt8(ascii: ":") else { return nil }
            index += 1
            if index < text.count, text[index] == UInt8(ascii: ":") {
                guard gap < 0 else { return nil }
                gap = count
                index += 1
            } else if index == text.count {
                return nil
            }
        }
        guard gap >= 0 ? count < 8 : count == 8 else { return nil }
        return spread(groups, count: count, gap: gap)
    }

    private static func spread(_ groups: InlineArray<8, UInt16>, count: Int, gap: Int) -> (
        UInt64, UInt64
    ) {
        var halves: (UInt64, UInt64) = (0, 0)
        for place in 0..<8 {
            let zeroes = 8 - count
            let group: UInt16 =
                gap < 0 || place < gap
                ? groups[place] : place < gap + zeroes ? 0 : groups[place - zeroes]
            if place < 4 {
                halves.0 = halves.0 << 16 | UInt64(group)
            } else {
                halves.1 = halves.1 << 16 | UInt64(group)
            }
        }
        return halves
    }

    /// The longest run of zero groups is `::`, the rest lower-case without leading zeroes.
    static func append(high: UInt64, low: UInt64, to arena: inout Arena) {
        func group(_ index: Int) -> UInt64 {
            (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16) & 0xffff
        }
        if high == 0, low >> 32 == 0xffff {
            arena.append("::ffff:")
            Sample(SocketAddress(ipv4: UInt32(truncatingIfNeeded: low), port: 0))
                .appendIPv4(to: &arena)
            return
        }
        var (gapStart, gapLength, index) = (-1, 1, 0)
        while index < 8 {
            var end = index
            while end < 8, group(end) == 0 { end += 1 }
            if end - index > gapLength { (gapStart, gapLength) = (index, end - index) }
            index = max(end, index + 1)
        }
        index = 0
        while index < 8 {
            if index == gapStart {
                arena.append("::")
                index += gapLength
                continue
            }
            if index > 0, gapStart < 0 || index != gapStart + gapLength {
                arena.append(byte: UInt8(ascii: ":"))
            }
            arena.append(hexadecimal: group(index))
            index += 1
        }
    }
}

extension Sample {
    fileprivate func appendIPv4(to arena: inout Arena) { appendAddress(to: &arena) }
}

extension Arena {
    /// Puts a number in hexadecimal without leading zeroes behind the others.
    package mutating func append(hexadecimal number: UInt64) {
        var shift: UInt64 = number == 0 ? 0 : UInt64(63 - number.leadingZeroBitCount) / 4 * 4
        while true {
            let digit = UInt8(truncatingIfNeeded: number >> shift & 15)
            append(byte: digit < 10 ? 48 + digit : 87 + digit)
            if shift == 0 { return }
            shift -= 4
        }
    }
}
