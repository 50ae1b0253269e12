/// Takes an expression apart: names, parentheses, arguments with quotes and escapes (`make_arg_list`, 2.6).
struct CallScanner {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }

    /// The comma before a converter.
    mutating func takesComma() -> Bool {
        guard rest.first == "," else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A name and what stands in parentheses behind it.
    mutating func call() throws(RuleMistake) -> (name: String, arguments: [String]) {
        let name = rest.prefix { $0 != "(" && $0 != "," }
        rest = rest.dropFirst(name.count)
        guard rest.first == "(" else { return (String(name), []) }
        rest = rest.dropFirst()
        var arguments = [""]
        var quote: Character?
        var hasArgument = false
        while let character = rest.popFirst() {
            hasArgument = hasArgument || character != ")" || quote != nil
            if let open = quote {
                if character == open {
                    quote = nil
                } else if character == "\\", open == "\"", let next = rest.first,
                    "\\\"".contains(next)
                {
                    rest = rest.dropFirst()
                    arguments[arguments.count - 1].append(next)
                } else {
                    arguments[arguments.count - 1].append(character)
                }
                continue
            }
            switch character {
            case "\"", "'": quote = character
            case "\\":
                // Before anything else a backslash stays: `\1` is for who gets the argument.
                guard let next = rest.first, "\\\"' ,()".contains(next) else {
                    arguments[arguments.count - 1].append("\\")
                    continue
                }
                rest = rest.dropFirst()
                arguments[arguments.count - 1].append(next)
            case ",": arguments.append("")
            case ")": return (String(name), hasArgument ? arguments : [])
            default: arguments[arguments.count - 1].append(character)
            }
        }
        throw RuleMistake("missing closing ')' after arguments to '\(name)'")
    }
}
