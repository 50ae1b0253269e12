import Model

/// The value of a variable of the process, which `set var` makes of a constant.
///
/// Sources are the fetches `str`, `int`, `bool`, `ipv4`, `ipv6` and `bin`, and formats without variables: whatever else
/// a request's rules can name has no meaning where there is no request.
struct ProcessValue: Hashable {
    var kind: Sample.Kind
    var bytes: [UInt8] = []
    var high: UInt64 = 0
    var low: UInt64 = 0

    /// Why a value cannot be made.
    struct Mistake: Error {
        let text: String
    }

    init(format: String) throws(Mistake) {
        guard !format.utf8.contains(UInt8(ascii: "%")) else {
            throw Mistake(
                text: "apus-proxy sets variables of the process to constants only, not '\(format)'"
            )
        }
        kind = .string
        bytes = Array(format.utf8)
    }

    init(expression: String) throws(Mistake) {
        let name = expression.prefix { $0 != "(" }
        guard name.utf8.count < expression.utf8.count, expression.hasSuffix(")"),
            !expression.contains("),"), let parse = Self.constants[String(name)]
        else {
            let known = FetchKeyword.byName[String(name)] != nil
            throw Mistake(
                text: known
                    ? "apus-proxy sets variables of the process to constants only, not '\(expression)'"
                    : "unknown fetch method '\(name)'"
            )
        }
        self = try parse(String(expression.dropFirst(name.count + 1).dropLast()))
    }

    private init(_ kind: Sample.Kind) { self.kind = kind }

    private typealias Parser = @Sendable (String) throws(Mistake) -> ProcessValue

    private static let constants: [String: Parser] = [
        "str": { text throws(Mistake) in
            var value = ProcessValue(.string)
            value.bytes = Array(text.utf8)
            return value
        },
        "int": { text throws(Mistake) in
            guard let number = Int64(text) else { throw unreadable(text, as: "integer", by: "int") }
            var value = ProcessValue(.integer)
            value.low = UInt64(bitPattern: number)
            return value
        },
        "bool": { text throws(Mistake) in
            guard ["true", "false", "0", "1"].contains(text) else {
                throw Mistake(
                    text:
                        "invalid args in fetch method 'bool' : Expects 'true', 'false', '0' or '1'"
                )
            }
            var value = ProcessValue(.boolean)
            value.low = text == "true" || text == "1" ? 1 : 0
            return value
        },
        "ipv4": { text throws(Mistake) in
            guard let address = IPv4Address(text) else {
                throw unreadable(text, as: "IPv4 address", by: "ipv4")
            }
            var value = ProcessValue(.ipv4)
            value.low = UInt64(address.bits)
            return value
        },
        "ipv6": { text throws(Mistake) in
            guard let address = IPv6Address(text[...]) else {
                throw unreadable(text, as: "IPv6 address", by: "ipv6")
            }
            var value = ProcessValue(.ipv6)
            (value.high, value.low) = (address.high, address.low)
            return value
        },
        "bin": { text throws(Mistake) in
            var value = ProcessValue(.binary)
            var digits: [UInt8] = []
            for character in text {
                guard let digit = character.hexDigitValue else {
                    throw Mistake(
                        text:
                            "invalid args in fetch method 'bin' : an hex digit is expected (found '\(character)')"
                    )
                }
                digits.append(UInt8(digit))
            }
            guard digits.count % 2 == 0 else {
                throw Mistake(
                    text:
                        "invalid args in fetch method 'bin' : an even number of hex digit is expected"
                )
            }
            value.bytes = stride(from: 0, to: digits.count, by: 2).map {
                digits[$0] << 4 | digits[$0 + 1]
            }
            return value
        },
    ]

    private static func unreadable(_ text: String, as type: String, by name: String) -> Mistake {
        Mistake(
            text:
                "fetch method '\(name)' : failed to parse '\(text)' as type '\(type)' at position 1"
        )
    }

    /// As `get var` prints it.
    var description: String {
        switch kind {
        case .integer: "\(Int64(bitPattern: low))"
        case .boolean: "\(low)"
        case .ipv4: "\(IPv4Address(bits: UInt32(truncatingIfNeeded: low)))"
        case .ipv6: "\(IPv6Address(high: high, low: low))"
        // HAProxy stops at a zero, too.
        case .binary:
            String(
                decoding: bytes.prefix { $0 != 0 }.map { byte in
                    (32...126).contains(byte) ? byte : UInt8(ascii: ".")
                },
                as: UTF8.self
            )
        default: String(decoding: bytes, as: UTF8.self)
        }
    }
}
