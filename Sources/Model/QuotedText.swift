/// Text in double quotes, as YAML, JSON and CEL all write it.
package enum QuotedText {
    /// A backslash before `"` and `\`, `\n` for a line's end, and for other characters what `escape` says, if anything.
    package static func quoted(
        _ text: String,
        escape: (Unicode.Scalar) -> String?
    ) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default:
                if let escaped = escape(scalar) {
                    quoted += escaped
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    /// A number in hexadecimal with at least so many digits.
    package static func hexadecimal(_ number: some UnsignedInteger & FixedWidthInteger, digits: Int)
        -> String
    {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
