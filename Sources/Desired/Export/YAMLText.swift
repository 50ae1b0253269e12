import Model

/// Writes scalars so that every YAML reader reads back the same text.
enum YAMLText {
    /// A key or value for any place: plain where that is safe everywhere, else in double quotes.
    static func scalar(_ text: String) -> String {
        isPlain(text) ? text : quoted(text)
    }

    /// An address on a line of its own, where `10.0.0.1:80` needs no quotes.
    static func blockAddress(_ endpoint: Endpoint) -> String {
        let text = endpoint.description
        return text.first == "[" || text.contains("@") ? quoted(text) : text
    }

    /// In double quotes; control characters as escapes, so that the file can be looked at.
    static func quoted(_ text: String) -> String {
        QuotedText.quoted(text) { scalar in
            if scalar == "\t" { return "\\t" }
            return VisibleText.escape([scalar]) == String(scalar) ? nil : escape(scalar)
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let (letter, width) =
            switch scalar.value {
            case ..<0x100: ("x", 2)
            case ..<0x10000: ("u", 4)
            default: ("U", 8)
            }
        return "\\" + letter + QuotedText.hexadecimal(scalar.value, digits: width)
    }

    /// Words that some version of YAML reads as something else than text.
    private static let reserved: Set<String> = [
        "true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf",
    ]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/"),
            text.utf8.allSatisfy({
                isLetter($0) || (48...57).contains($0) || "/_-.@+".utf8.contains($0)
            })
        else { return false }
        return !reserved.contains(text.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte)
    }
}
