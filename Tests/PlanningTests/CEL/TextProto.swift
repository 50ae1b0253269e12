/// A message in protobuf's text format, as the published test data of CEL is written.
struct TextProto {
    /// What a field holds.
    indirect enum Value {
        /// A number or a word.
        case word(String)
        case text([UInt8])
        case message(TextProto)
    }

    /// In the order of the text; fields may repeat.
    private(set) var fields: [(name: String, value: Value)] = []

    func values(_ name: String) -> [Value] { fields.filter { $0.name == name }.map(\.value) }

    func message(_ name: String) -> TextProto? {
        messages(name).first
    }

    func messages(_ name: String) -> [TextProto] {
        values(name).compactMap { if case .message(let message) = $0 { message } else { nil } }
    }

    func string(_ name: String) -> String? {
        guard case .text(let bytes)? = values(name).first else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    func word(_ name: String) -> String? {
        guard case .word(let word)? = values(name).first else { return nil }
        return word
    }

    /// Nil when the text is not in the format.
    init?(_ text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let message = reader.message(until: nil) else { return nil }
        self = message
    }

    private init() {}

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func skipSpace() {
            while let byte = current {
                if byte == UInt8(ascii: "#") {
                    while let next = current, next != 10 { position += 1 }
                } else if byte <= 32 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") {
                    position += 1
                } else {
                    return
                }
            }
        }

        mutating func message(until end: UInt8?) -> TextProto? {
            var message = TextProto()
            while true {
                skipSpace()
                guard let byte = current else { return end == nil ? message : nil }
                if byte == end {
                    position += 1
                    return message
                }
                guard let name = name() else { return nil }
                skipSpace()
                if current == UInt8(ascii: ":") { position += 1 }
                skipSpace()
                if current == UInt8(ascii: "[") {
                    position += 1
                    guard let values = list() else { return nil }
                    message.fields += values.map { (name, $0) }
                } else {
                    guard let value = value() else { return nil }
                    message.fields.append((name, value))
                }
            }
        }

        private mutating func list() -> [Value]? {
            var values: [Value] = []
            while true {
                skipSpace()
                if current == UInt8(ascii: "]") {
                    position += 1
                    return values
                }
                guard let value = value() else { return nil }
                values.append(value)
            }
        }

        private mutating func name() -> String? {
            if current == UInt8(ascii: "[") {
                guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "]")) else {
                    return nil
                }
                defer { position = end + 1 }
                return String(decoding: bytes[position...end], as: UTF8.self)
            }
            let start = position
            while let byte = current, isWord(byte) { position += 1 }
            return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
        }

        private func isWord(_ byte: UInt8) -> Bool {
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == 95 || byte == 46 || byte == 43 || byte == 45
        }

        private mutating func value() -> Value? {
            guard let byte = current else { return nil }
            switch byte {
            case UInt8(ascii: "{"):
                position += 1
                return message(until: UInt8(ascii: "}")).map(Value.message)
            case UInt8(ascii: "<"):
                position += 1
                return message(until: UInt8(ascii: ">")).map(Value.message)
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                var text: [UInt8] = []
                while let quote = current, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
                {
                    guard let part = string(quote) else { return nil }
                    text += part
                    skipSpace()
                }
                return .text(text)
            default: return name().map(Value.word)
            }
        }

        private mutating func string(_ quote: UInt8) -> [UInt8]? {
            position += 1
            var text: [UInt8] = []
            while let byte = current {
                position += 1
                if byte == quote { return text }
                guard byte == UInt8(ascii: "\\") else {
                    text.append(byte)
                    continue
                }
                guard let escaped = escape() else { return nil }
                text += escaped
            }
            return nil
        }

        private mutating func escape() -> [UInt8]? {
            guard let letter = current else { return nil }
            position += 1
            let simple: [Character: UInt8] = [
                "n": 10, "r": 13, "t": 9, "a": 7, "b": 8, "f": 12, "v": 11,
            ]
            let character = Character(Unicode.Scalar(letter))
            if let byte = simple[character] { return [byte] }
            switch character {
            case "x": return digits(2, 16).map { [UInt8(truncatingIfNeeded: $0)] }
            case "u": return digits(4, 16).flatMap(encoded)
            case "U": return digits(8, 16).flatMap(encoded)
            case "0"..."7":
                position -= 1
                return digits(3, 8).map { [UInt8(truncatingIfNeeded: $0)] }
            default: return [letter]
            }
        }

        private func encoded(_ code: UInt32) -> [UInt8]? {
            Unicode.Scalar(code).flatMap { UTF8.encode($0) }.map(Array.init)
        }

        private mutating func digits(_ most: Int, _ radix: Int) -> UInt32? {
            var text = ""
            while text.count < most, let byte = current,
                let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix
            {
                text.append(Character(Unicode.Scalar(byte)))
                position += 1
            }
            return UInt32(text, radix: radix)
        }
    }
}
