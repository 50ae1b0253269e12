import Model

/// A JSON value that keeps the order of its members, so that what is printed is stable.
indirect enum JSONText {
    case string(String)
    case number(Int)
    case boolean(Bool)
    case list([JSONText])
    case object([(String, JSONText)])

    /// The value with two spaces of indentation; short lists of plain values stay on one line.
    func text(indentation: Int = 0) -> String {
        let margin = String(repeating: " ", count: indentation + 2)
        let end = String(repeating: " ", count: indentation)
        switch self {
        case .string(let text): return Self.quoted(text)
        case .number(let number): return String(number)
        case .boolean(let flag): return flag ? "true" : "false"
        case .list(let elements):
            guard elements.contains(where: \.isContainer) else {
                return "[\(elements.map { $0.text() }.joined(separator: ", "))]"
            }
            let lines = elements.map { margin + $0.text(indentation: indentation + 2) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(end)]"
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let lines = members.map { key, value in
                "\(margin)\(Self.quoted(key)): \(value.text(indentation: indentation + 2))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(end)}"
        }
    }

    private var isContainer: Bool {
        switch self {
        case .list, .object: true
        case .string, .number, .boolean: false
        }
    }

    private static func quoted(_ text: String) -> String {
        QuotedText.quoted(text) { scalar in
            scalar.value < 32 ? "\\u" + QuotedText.hexadecimal(scalar.value, digits: 4) : nil
        }
    }
}
