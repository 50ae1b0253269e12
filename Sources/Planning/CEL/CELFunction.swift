/// One function of the standard library: its types for the checker and what it does.
struct CELFunction: Sendable {
    /// What a function may ask of the evaluation.
    struct Context {
        /// Where a failure is reported.
        let offset: Int
        let timeZones: CELEnvironment.TimeZones?
        /// Regular expressions that were compiled before.
        var regexes: [String: CELRegex] = [:]
        /// Steps beyond the call itself.
        var cost = 0
        /// Steps that are left.
        var budget: Int

        func failure(_ message: String) -> CELFailure { CELFailure(message, at: offset) }

        /// Counts steps; fails when none are left.
        mutating func spend(_ steps: Int) throws(CELFailure) {
            cost += steps
            guard cost <= budget else {
                throw CELFailure(
                    "the expression costs too much to evaluate",
                    at: offset,
                    isLimit: true
                )
            }
        }
    }

    typealias Body = @Sendable ([CELValue], inout Context) throws(CELFailure) -> CELValue

    let name: String
    /// Called as `target.name(…)`; the target is the first argument.
    let isMember: Bool
    let arguments: [CELType]
    let result: CELType
    let body: Body

    init(
        _ name: String,
        _ arguments: [CELType],
        _ result: CELType,
        isMember: Bool = false,
        _ body: @escaping Body
    ) {
        self.name = name
        self.isMember = isMember
        self.arguments = arguments
        self.result = result
        self.body = body
    }

    /// Every function by its name and style, e.g. `size` and `.size`.
    static let overloads: [String: [CELFunction]] = Dictionary(
        grouping: general + conversions + texts + networks + times
    ) { ($0.isMember ? "." : "") + $0.name }

    private static let general: [CELFunction] = {
        let sized: [(CELType, @Sendable (CELValue) -> Int)] = [
            (.string, { if case .string(let text) = $0 { text.unicodeScalars.count } else { 0 } }),
            (.bytes, { if case .bytes(let bytes) = $0 { bytes.count } else { 0 } }),
            (.list(.parameter(0)), { if case .list(let list) = $0 { list.count } else { 0 } }),
            (
                .map(.parameter(0), .parameter(1)),
                { if case .map(let map) = $0 { map.count } else { 0 } }
            ),
        ]
        var functions: [CELFunction] = []
        for isMember in [false, true] {
            for entry in sized {
                let (type, count) = entry
                functions.append(
                    CELFunction("size", [type], .int, isMember: isMember) {
                        values,
                        context throws(CELFailure) in
                        if case .string(let text) = values[0] {
                            try context.spend(text.utf8.count / 64)
                        }
                        return .int(Int64(count(values[0])))
                    }
                )
            }
        }
        functions.append(CELFunction("dyn", [.parameter(0)], .dyn) { values, _ in values[0] })
        functions.append(
            CELFunction("type", [.parameter(0)], .type) { values, _ in .type(values[0].typeName) }
        )
        return functions
    }()

    private static let texts: [CELFunction] = {
        let tests: [(String, @Sendable (String, String) -> Bool)] = [
            ("contains", { contains($0, $1) }),
            ("startsWith", { $0.utf8.starts(with: $1.utf8) }),
            (
                "endsWith",
                {
                    $1.utf8.count <= $0.utf8.count
                        && $0.utf8.suffix($1.utf8.count).elementsEqual($1.utf8)
                }
            ),
        ]
        var functions: [CELFunction] = []
        for entry in tests {
            let (name, test) = entry
            functions.append(
                CELFunction(name, [.string, .string], .bool, isMember: true) {
                    values,
                    context throws(CELFailure) in
                    let (text, part) = try pair(values, context)
                    try context.spend(text.utf8.count / 16)
                    return .bool(test(text, part))
                }
            )
        }
        for isMember in [false, true] {
            functions.append(
                CELFunction("matches", [.string, .string], .bool, isMember: isMember) {
                    values,
                    context throws(CELFailure) in
                    let (text, pattern) = try pair(values, context)
                    let regex = try regex(pattern, &context)
                    try context.spend(regex.cost(of: text.utf8.count))
                    return .bool(regex.matches(text))
                }
            )
        }
        return functions
    }()

    private static func pair(_ values: [CELValue], _ context: Context) throws(CELFailure)
        -> (String, String)
    {
        guard case .string(let first) = values[0], case .string(let second) = values[1] else {
            throw context.failure("no such overload")
        }
        return (first, second)
    }

    /// Linear in the text for the short needles that people write, bounded by what was spent.
    private static func contains(_ text: String, _ part: String) -> Bool {
        let haystack = Array(text.utf8)
        let needle = Array(part.utf8)
        guard !needle.isEmpty else { return true }
        // Knuth, Morris and Pratt: never goes back in the text.
        var table = Array(repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = table[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            table[index] = length
        }
        length = 0
        for byte in haystack {
            while length > 0, byte != needle[length] { length = table[length - 1] }
            if byte == needle[length] { length += 1 }
            if length == needle.count { return true }
        }
        return false
    }

    private static func regex(_ pattern: String, _ context: inout Context) throws(CELFailure)
        -> CELRegex
    {
        if let known = context.regexes[pattern] { return known }
        do throws(CELRegex.Invalid) {
            let regex = try CELRegex(pattern)
            try? context.spend(regex.program.count)
            context.regexes[pattern] = regex
            return regex
        } catch {
            throw context.failure(error.description)
        }
    }

    private static let networks: [CELFunction] = [
        CELFunction("cidr", [.string], .cidr) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0], let network = CELNetwork(text) else {
                throw context.failure("not a range of addresses such as 10.0.0.0/8")
            }
            return .cidr(network)
        },
        CELFunction("isIP", [.string], .bool) { values, _ in
            guard case .string(let text) = values[0] else { return .bool(false) }
            return .bool(CELNetwork.address(text) != nil)
        },
        CELFunction("containsIP", [.cidr, .string], .bool, isMember: true) {
            values,
            context throws(CELFailure) in
            guard case .cidr(let network) = values[0], case .string(let text) = values[1],
                let address = CELNetwork.address(text)
            else { throw context.failure("not an IP address") }
            return .bool(network.contains(address))
        },
    ]
}
