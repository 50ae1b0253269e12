import Model

/// Reads sample expressions: a fetch and the converters after it (configuration.txt §7.2).
struct SampleParser {
    /// Why an expression cannot be used.
    struct Mistake: Error {
        let text: String
    }

    /// The number of a backend by name.
    let backends: [String: Int]
    /// Registers a map by name and answers its number.
    let map: (_ name: String) throws(Mistake) -> Int

    /// A sample, and the way of matching its fetch's name implies (`path_beg`), if any.
    func parse(_ text: String) throws(Mistake) -> (sample: SampleConfiguration, match: MatchKind?) {
        let parts = try Self.split(text)
        guard let first = parts.first, let call = CallText(first) else {
            throw Mistake(text: "missing fetch method in '\(text)'")
        }
        var (sample, match) = try fetch(call)
        for part in parts.dropFirst() {
            guard let call = CallText(part) else {
                throw Mistake(text: "malformed converter '\(part)'")
            }
            sample.converters.append(try converter(call))
        }
        return (sample, match)
    }

    /// Splits at commas outside parentheses.
    private static func split(_ text: String) throws(Mistake) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        guard depth == 0 else { throw Mistake(text: "unmatched parenthesis in '\(text)'") }
        return parts
    }

    private func fetch(_ call: CallText) throws(Mistake) -> (SampleConfiguration, MatchKind?) {
        for (suffix, match) in [
            ("_beg", MatchKind.prefix), ("_end", .suffix), ("_sub", .substring),
        ]
        where call.name.hasSuffix(suffix) {
            let base = String(call.name.dropLast(suffix.utf8.count))
            guard ["path", "url", "hdr", "req.hdr", "query"].contains(base) else { break }
            return (SampleConfiguration(try source(base, call.arguments)), match)
        }
        let source = try source(call.name, call.arguments)
        let match: MatchKind? =
            switch source {
            case .usableServers: .integer
            case .always, .never: .boolean
            default: nil
            }
        return (SampleConfiguration(source), match)
    }

    private func source(_ name: String, _ arguments: [String]) throws(Mistake)
        -> SampleConfiguration.Fetch
    {
        switch (name, arguments.count) {
        case ("path", 0): return .path
        case ("url", 0): return .url
        case ("query", 0): return .query
        case ("method", 0): return .method
        case ("always_true", 0): return .always
        case ("always_false", 0): return .never
        case ("hdr", 1), ("req.hdr", 1):
            guard !arguments[0].isEmpty else { break }
            return .header(arguments[0].lowercased())
        case ("str", 1): return .constant(arguments[0])
        case ("nbsrv", 1):
            guard let number = backends[arguments[0]] else {
                throw Mistake(text: "unable to find required backend: '\(arguments[0])'")
            }
            return .usableServers(number)
        default: break
        }
        throw Mistake(
            text: "unknown or unsupported fetch method '\(name)' with \(arguments.count) arguments"
        )
    }

    private func converter(_ call: CallText) throws(Mistake) -> SampleConfiguration.Converter {
        let arguments = call.arguments
        switch (call.name, arguments.count) {
        case ("lower", 0): return .lower
        case ("upper", 0): return .upper
        case ("host_only", 0): return .hostOnly
        case ("field", 2):
            guard let position = Int(arguments[0]), position != 0, abs(position) < 1000,
                !arguments[1].isEmpty
            else {
                throw Mistake(text: "invalid position or delimiters in converter 'field'")
            }
            return .field(position, arguments[1])
        case ("map", 1...2), ("map_str", 1...2), ("map_beg", 1...2):
            let number = try map(arguments[0])
            let match: MatchKind = call.name == "map_beg" ? .prefix : .string
            return .map(number, match, default: arguments.count > 1 ? arguments[1] : nil)
        default:
            throw Mistake(
                text:
                    "unknown or unsupported converter '\(call.name)' with \(arguments.count) arguments"
            )
        }
    }
}
