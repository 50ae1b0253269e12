/// Converters between encodings: JSON, hexadecimal, base64, URL.
extension Evaluation {
    mutating func encode(_ step: ConverterStep, _ value: Sample) -> Sample {
        let bytes = value.bytes
        let mark = arena.count
        switch step.code {
        case .json: return json(bytes, strict: step.arguments)
        case .hexadecimal:
            for index in 0..<bytes.count { arena.append(hexadecimal: bytes[index], isUpper: true) }
        case .hexadecimalToInteger:
            var number: UInt64 = 0
            for index in 0..<bytes.count {
                let digit = ASCII.hexadecimal(bytes[index])
                guard digit >= 0 else { return Sample() }
                number = number << 4 | UInt64(digit)
            }
            return Sample(Int64(bitPattern: number))
        case .base64, .base64URL:
            appendBase64(bytes, isURL: step.code == .base64URL)
        case .base64Decode, .base64URLDecode:
            guard decodeBase64(bytes, isURL: step.code == .base64URLDecode) else { return Sample() }
            return Sample(arena.slice(from: mark), isBinary: true)
        case .urlEncode:
            for index in 0..<bytes.count { appendURL(bytes[index]) }
        default:
            guard decodeURL(bytes, isForm: step.arguments.number != 0) else { return Sample() }
        }
        return Sample(arena.slice(from: mark))
    }

    /// Unreserved characters stay (RFC 3986 §2.3).
    private mutating func appendURL(_ byte: UInt8) {
        let isLetter = (byte | 0x20) &- 97 < 26
        switch byte {
        case _ where isLetter || ASCII.isDigit(byte), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            arena.append(byte: byte)
        default:
            arena.append(byte: UInt8(ascii: "%"))
            arena.append(hexadecimal: byte, isUpper: true)
        }
    }

    /// A plus is a space in forms, and everywhere behind the question mark.
    private mutating func decodeURL(_ bytes: ByteSlice, isForm: Bool) -> Bool {
        var isQuery = isForm
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "+"): arena.append(byte: isQuery ? 32 : byte)
            case UInt8(ascii: "?"):
                isQuery = true
                arena.append(byte: byte)
            case UInt8(ascii: "%"):
                guard index + 2 <= bytes.count else { return false }
                let (high, low) = (
                    ASCII.hexadecimal(bytes[index]), ASCII.hexadecimal(bytes[index + 1])
                )
                guard high >= 0, low >= 0 else { return false }
                arena.append(byte: UInt8(high << 4 | low))
                index += 2
            default: arena.append(byte: byte)
            }
        }
        return true
    }

    private mutating func appendBase64(_ bytes: ByteSlice, isURL: Bool) {
        var index = 0
        while index < bytes.count {
            let left = min(3, bytes.count - index)
            var word: UInt32 = 0
            for place in 0..<3 {
                word = word << 8 | (place < left ? UInt32(bytes[index + place]) : 0)
            }
            for place in 0..<4 {
                if place <= left {
                    arena.append(
                        byte: Self.base64Digit(word >> UInt32(18 - 6 * place) & 63, isURL: isURL)
                    )
                } else if !isURL {
                    arena.append(byte: UInt8(ascii: "="))
                }
            }
            index += 3
        }
    }

    private static func base64Digit(_ value: UInt32, isURL: Bool) -> UInt8 {
        switch value {
        case 0..<26: UInt8(65 + value)
        case 26..<52: UInt8(71 + value)
        case 52..<62: UInt8(value - 4)
        case 62: UInt8(ascii: isURL ? "-" : "+")
        default: UInt8(ascii: isURL ? "_" : "/")
        }
    }

    static func base64Value(_ digit: UInt8, isURL: Bool) -> UInt32? {
        switch digit {
        case 65...90: UInt32(digit) - 65
        case 97...122: UInt32(digit) - 71
        case 48...57: UInt32(digit) + 4
        case UInt8(ascii: isURL ? "-" : "+"): 62
        case UInt8(ascii: isURL ? "_" : "/"): 63
        default: nil
        }
    }

    mutating func decodeBase64(_ bytes: ByteSlice, isURL: Bool) -> Bool {
        var end = bytes.count
        var padding = 0
        while end > 0, bytes[end - 1] == UInt8(ascii: "="), padding < 2 {
            end -= 1
            padding += 1
        }
        // Padding is required in base64 and may be left out in base64url.
        guard isURL ? end % 4 != 1 : bytes.count % 4 == 0 else { return false }
        var word: UInt32 = 0
        var bits: UInt32 = 0
        for index in 0..<end {
            guard let value = Self.base64Value(bytes[index], isURL: isURL) else { return false }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                arena.append(byte: UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return true
    }

    /// Escaped for a JSON string; what is not UTF-8 ends or is left out, as the input code says.
    private mutating func json(_ bytes: ByteSlice, strict arguments: StepArguments) -> Sample {
        let mode = book[arguments.text]
        let isASCII = mode.isEmpty || mode.isEqual(to: ByteSlice("ascii"))
        // `utf8s` and `utf8ps` skip what is wrong, `utf8p` and `utf8ps` take any valid form.
        let isSilent = mode.count > 0 && mode[mode.count - 1] == UInt8(ascii: "s")
        let isPermissive = mode.contains(UInt8(ascii: "p"))
        let mark = arena.count
        var index = 0
        while index < bytes.count {
            guard !isASCII, bytes[index] >= 0x80 else {
                appendJSON(UInt32(bytes[index]))
                index += 1
                continue
            }
            guard let (scalar, length) = bytes.scalar(at: index) else {
                if !isSilent, !isPermissive { return Sample() }
                index += 1
                continue
            }
            appendJSON(scalar)
            index += length
        }
        return Sample(arena.slice(from: mark))
    }

    private mutating func appendJSON(_ scalar: UInt32) {
        switch scalar {
        case 34, 47, 92:
            arena.append(byte: UInt8(ascii: "\\"))
            arena.append(byte: UInt8(scalar))
        case 8: arena.append("\\b")
        case 12: arena.append("\\f")
        case 10: arena.append("\\n")
        case 13: arena.append("\\r")
        case 9: arena.append("\\t")
        case 32..<127: arena.append(byte: UInt8(scalar))
        default:
            // Beyond the first plane HAProxy writes nothing that JSON could hold; neither do we.
            arena.append("\\u")
            arena.append(hexadecimal: UInt8(truncatingIfNeeded: scalar >> 8), isUpper: false)
            arena.append(hexadecimal: UInt8(truncatingIfNeeded: scalar), isUpper: false)
        }
    }
}

extension ByteSlice {
    /// One code point of UTF-8 and its length; nil where the bytes are none.
    fileprivate func scalar(at index: Int) -> (UInt32, Int)? {
        let lead = self[index]
        let length = lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0
        guard length > 0, index + length <= count else { return nil }
        var scalar = UInt32(lead) & (0xff >> UInt32(length + 1))
        for offset in 1..<length {
            let byte = self[index + offset]
            guard byte >> 6 == 2 else { return nil }
            scalar = scalar << 6 | UInt32(byte & 0x3f)
        }
        return (scalar, length)
    }
}

/// Base64 in the configuration (RFC 4648 §4).
enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    /// With padding, on one line.
    static func encoded(_ bytes: [UInt8]) -> String {
        var made: [UInt8] = []
        made.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var word: UInt32 = 0
            for place in 0..<3 {
                word = word << 8 | (place < group.count ? UInt32(group[start + place]) : 0)
            }
            for place in 0..<4 {
                let isPadding = place > group.count
                let digit = Int(word >> UInt32(18 - 6 * place) & 63)
                made.append(isPadding ? UInt8(ascii: "=") : digits[digit])
            }
        }
        return String(decoding: made, as: UTF8.self)
    }

    /// The bytes; nil when the text is not base64 with its padding.
    static func decoded(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        guard bytes.count % 4 == 0 else { return nil }
        let padding = bytes.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var made: [UInt8] = []
        var (word, bits): (UInt32, UInt32) = (0, 0)
        for byte in bytes.dropLast(padding) {
            guard let value = Evaluation.base64Value(byte, isURL: false) else { return nil }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                made.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return made
    }
}
