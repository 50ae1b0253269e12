import BootConfig
import Model

extension ConfigParser {
    /// `balance ALGORITHM [ARGUMENTS]`.
    mutating func parse(balance line: BootLine, into draft: inout ProxyDraft) {
        // `hash-type` and its like are lines of their own and may come first.
        var balance = draft.backend.balance.withoutAlgorithm
        let words = Array(line.arguments)
        guard let name = words.first else {
            return report("'balance' expects an algorithm.", at: line.origin)
        }
        var taken = 1
        switch name {
        case "roundrobin": balance.algorithm = .roundRobin
        case "static-rr": balance.algorithm = .staticRoundRobin
        case "leastconn": balance.algorithm = .leastConnections
        case "first": balance.algorithm = .first
        case "source": balance.setHash(.source)
        case "uri":
            balance.setHash(.uri)
            taken = parse(uriOptions: words, line: line, into: &balance)
        case "hash":
            guard words.count > 1 else {
                return report("'balance hash' requires a sample expression.", at: line.origin)
            }
            guard let number = parse(hashExpression: words[1], line: line, in: &draft) else {
                return
            }
            balance.setHash(.expression)
            balance.expression = number
            taken = 2
        case "url_param":
            guard words.count > 1 else {
                return report(
                    "'balance url_param' requires an URL parameter name.",
                    at: line.origin
                )
            }
            if words.count > 2, words[2] == "check_post" {
                return report(
                    "'balance url_param' : 'check_post' is not supported by apus-proxy.",
                    at: line.origin
                )
            }
            balance.setHash(.parameter)
            balance.header = words[1]
            taken = 2
        default:
            guard parse(algorithm: name, line: line, into: &balance) else {
                return report(
                    "'balance' : '\(name)' is not supported; apus-proxy has 'roundrobin', 'static-rr', 'leastconn', "
                        + "'first', 'random', 'source', 'uri', 'url_param', 'hdr(name)' and 'hash'.",
                    at: line.origin
                )
            }
            if name.hasPrefix("hdr("), words.count > 1, words[1] == "use_domain_only" {
                balance.hashesDomainOnly = true
                taken = 2
            }
        }
        expectEnd(of: line, after: taken + 1)
        draft.backend.balance = balance.settled
    }

    /// What `balance hash` hashes: its number, or nil after reporting.
    private mutating func parse(
        hashExpression text: String,
        line: BootLine,
        in draft: inout ProxyDraft
    ) -> Int32? {
        readRule(line, in: &draft, as: "'balance hash'") { parser throws(RuleMistake) in
            let parsed = try parser.expression(text)
            guard parsed.kind.casts(to: .binary) else {
                throw RuleMistake(
                    "'\(text)' cannot be hashed: \(parsed.kind.name) is no text and no bytes"
                )
            }
            return parsed.index
        }
    }

    /// The forms with parentheses.
    private mutating func parse(
        algorithm name: String,
        line: BootLine,
        into balance: inout BalanceConfiguration
    ) -> Bool {
        guard let call = CallText(name) else { return false }
        switch call.name {
        case "random":
            balance.algorithm = .random
            guard let argument = call.arguments.first else { return true }
            guard call.arguments.count == 1, let draws = Int(argument), (1...255).contains(draws)
            else { return false }
            balance.draws = draws
        case "hdr":
            guard call.arguments.count == 1, !call.arguments[0].isEmpty else { return false }
            balance.setHash(.header)
            balance.header = call.arguments[0].lowercased()
        default: return false
        }
        return true
    }

    /// `hash-balance-factor PERCENT` and `hash-preserve-affinity always|maxconn`.
    mutating func parse(hashLimit line: BootLine, into draft: inout ProxyDraft) {
        guard line.keyword == "hash-preserve-affinity" else {
            guard let factor = integer(line, 0...65_535) else { return }
            guard factor == 0 || factor > 100 else {
                return report(
                    "'hash-balance-factor' must be 0 or greater than 100.",
                    at: line.origin
                )
            }
            draft.backend.balance.balanceFactor = factor
            return expectEnd(of: line, after: 2)
        }
        switch line.arguments.first {
        case "always": draft.backend.balance.rehashesFullServers = false
        case "maxconn": draft.backend.balance.rehashesFullServers = true
        default:
            report(
                "'hash-preserve-affinity' : apus-proxy supports 'always' and 'maxconn' (got "
                    + "'\(line.arguments.first ?? "")').",
                at: line.origin
            )
        }
        expectEnd(of: line, after: 2)
    }

    /// Answers how many words were understood.
    private mutating func parse(
        uriOptions words: [String],
        line: BootLine,
        into balance: inout BalanceConfiguration
    ) -> Int {
        var index = 1
        while index < words.count {
            switch words[index] {
            case "whole": balance.hashesWholeURI = true
            case "path-only": balance.hashesPathOnly = true
            case "len", "depth":
                guard index + 1 < words.count, let number = Int(words[index + 1]),
                    (1...65_535).contains(number)
                else {
                    report(
                        "'balance uri' : '\(words[index])' expects a positive integer.",
                        at: line.origin
                    )
                    return words.count
                }
                if words[index] == "len" {
                    balance.hashLength = number
                } else {
                    balance.hashDepth = number
                }
                index += 1
            default: return index
            }
            index += 1
        }
        return index
    }

    /// `hash-type METHOD [FUNCTION [MODIFIER]]`.
    mutating func parse(hashType line: BootLine, into draft: inout ProxyDraft) {
        let words = Array(line.arguments)
        guard let method = words.first, method == "consistent" || method == "map-based" else {
            return report(
                "'hash-type' only supports 'consistent' and 'map-based'.",
                at: line.origin
            )
        }
        guard let function = HashFunction(named: words.count > 1 ? words[1] : "sdbm") else {
            return report(
                "'hash-type' : unknown hash function '\(words[1])', expects 'sdbm', 'djb2', 'wt6', 'crc32' or 'none'.",
                at: line.origin
            )
        }
        if words.count > 2, words[2] != "avalanche" {
            return report("'hash-type' : unknown modifier '\(words[2])'.", at: line.origin)
        }
        expectEnd(of: line, after: 4)
        draft.backend.balance.isConsistent = method == "consistent"
        // `consistent` alone implies the modifier; naming a function does not (configuration.txt, hash-type).
        draft.backend.balance.usesAvalanche =
            words.count > 2 || (words.count == 1 && method == "consistent")
        draft.backend.balance.hashFunction = function
        draft.backend.balance = draft.backend.balance.settled
    }
}

extension BalanceConfiguration {
    /// What other lines than `balance` said.
    fileprivate var withoutAlgorithm: BalanceConfiguration {
        var rest = BalanceConfiguration()
        rest.usesAvalanche = usesAvalanche
        rest.isConsistent = isConsistent
        rest.hashFunction = hashFunction
        rest.balanceFactor = balanceFactor
        rest.rehashesFullServers = rehashesFullServers
        return rest
    }

    fileprivate mutating func setHash(_ input: HashInput) {
        algorithm = .mapHash
        hashInput = input
    }

    /// Map-based is HAProxy's default for hashing algorithms, whichever line comes first.
    fileprivate var settled: BalanceConfiguration {
        var copy = self
        if hashInput != .none { copy.algorithm = isConsistent ? .consistentHash : .mapHash }
        return copy
    }
}

/// `name(a,b)` or `name`, taken apart.
struct CallText {
    let name: String
    let arguments: [String]

    /// Nil when the parentheses do not match.
    init?(_ text: String) {
        guard let open = text.firstIndex(of: "(") else {
            guard !text.contains(")"), !text.isEmpty else { return nil }
            name = text
            arguments = []
            return
        }
        guard text.hasSuffix(")") else { return nil }
        name = String(text[..<open])
        let inside = text[text.index(after: open)..<text.index(before: text.endIndex)]
        guard !name.isEmpty, !inside.contains("(") else { return nil }
        arguments =
            inside.isEmpty
            ? [] : inside.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
