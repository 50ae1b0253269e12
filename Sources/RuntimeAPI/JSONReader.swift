/// Just enough JSON (RFC 8259) to read `show stat json` and `show info json`, with a bound on depth.
struct JSONReader {
    /// A value; numbers are integers here, and members keep their order.
    indirect enum Value {
        case number(Int)
        case text(String)
        case array([Value])
        case object([(String, Value)])
        case other

        /// A member of an object, nil when there is none.
        subscript(key: String) -> Value? {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.0 == key }?.1
        }

        var number: Int? { if case .number(let number) = self { number } else { nil } }

        var text: String? { if case .text(let text) = self { text } else { nil } }

        var array: [Value]? { if case .array(let values) = self { values } else { nil } }
    }

    private let reader: TableReader
    private var position = 0
    private var depth = 0

    private static let depthLimit = 16

    init(_ text: String, of name: String) { reader = TableReader(text, of: name) }

    /// The whole text as one value.
    mutating func document() throws(TableError) -> Value {
        let value = try value()
        guard peek() == nil else { throw error("something follows the value") }
        return value
    }

    private mutating func value() throws(TableError) -> Value {
        guard depth < Self.depthLimit else { throw error("nested too deep") }
        depth += 1
        defer { depth -= 1 }
        switch peek() {
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "\""): return .text(try string())
        default: return try scalar()
        }
    }

    private mutating func array() throws(TableError) -> Value {
        var values: [Value] = []
        position += 1
        if take(UInt8(ascii: "]")) { return .array(values) }
        while true {
            values.append(try value())
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { throw error("no ',' between values") }
        }
    }

    private mutating func object() throws(TableError) -> Value {
        var members: [(String, Value)] = []
        position += 1
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw error("a member without a name") }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw error("no ':' after a name") }
            members.append((name, try value()))
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error("no ',' between members") }
        }
    }

    private mutating func scalar() throws(TableError) -> Value {
        let start = position
        while position < reader.bytes.count, !Self.endsScalar(reader.bytes[position]) {
            position += 1
        }
        guard position > start else { throw error("no value") }
        return reader.number(start..<position).map(Value.number) ?? .other
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte <= 32 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]")
            || byte == UInt8(ascii: "}")
    }

    private mutating func string() throws(TableError) -> String {
        position += 1
        var bytes: [UInt8] = []
        while position < reader.bytes.count {
            let byte = reader.bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"): try unescape(into: &bytes)
            default: bytes.append(byte)
            }
        }
        throw error("a text without end")
    }

    private mutating func unescape(into bytes: inout [UInt8]) throws(TableError) {
        guard position < reader.bytes.count else { throw error("a text without end") }
        let byte = reader.bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): bytes.append(10)
        case UInt8(ascii: "t"): bytes.append(9)
        case UInt8(ascii: "r"): bytes.append(13)
        case UInt8(ascii: "b"): bytes.append(8)
        case UInt8(ascii: "f"): bytes.append(12)
        case UInt8(ascii: "u"):
            guard position + 4 <= reader.bytes.count,
                let code = UInt32(reader.string(position..<position + 4), radix: 16),
                let scalar = Unicode.Scalar(code)
            else { throw error("a wrong \\u escape") }
            position += 4
            bytes += String(scalar).utf8
        default: bytes.append(byte)
        }
    }

    private mutating func peek() -> UInt8? {
        while position < reader.bytes.count, reader.bytes[position] <= 32 { position += 1 }
        return position < reader.bytes.count ? reader.bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private func error(_ reason: String) -> TableError {
        TableError(reader.name, line: 1, reason: "at byte \(position): \(reason)")
    }
}

extension String {
    /// The text in quotes with what JSON asks to be escaped.
    var jsonQuoted: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 32:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
