import BootConfig
import Model

extension ConfigParser {
    /// `balance ALGORITHM [ARGUMENTS]`.
    mutating func parse(balance line: BootLine, into draft: inout ProxyDraft) {
        let old = draft.backend.balance
        var balance = BalanceConfiguration()
        // `hash-type` is a line of its own and may come first.
        balance.isMapBased = old.isMapBased
        balance.usesAvalanche = old.usesAvalanche
        balance.isConsistent = old.isConsistent
        let words = Array(line.arguments)
        guard let name = words.first else {
            return report("'balance' expects an algorithm.", at: line.origin)
        }
        var taken = 1
        switch name {
        case "roundrobin": balance.algorithm = .roundRobin
        case "leastconn": balance.algorithm = .leastConnections
        case "first": balance.algorithm = .first
        case "source":
            balance.algorithm = .consistentHash
            balance.hashInput = .source
        case "uri":
            balance.algorithm = .consistentHash
            balance.hashInput = .uri
            taken = parse(uriOptions: words, line: line, into: &balance)
        default:
            guard parse(algorithm: name, line: line, into: &balance) else {
                return report(
                    "'balance' : '\(name)' is not supported; apus-proxy has 'roundrobin', 'leastconn', 'first', "
                        + "'random', 'source', 'uri' and 'hdr(name)'.",
                    at: line.origin
                )
            }
        }
        expectEnd(of: line, after: taken + 1)
        draft.backend.balance = balance
        settleHash(&draft.backend.balance)
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
            balance.algorithm = .consistentHash
            balance.hashInput = .header
            balance.header = call.arguments[0].lowercased()
        default: return false
        }
        return true
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
        if words.count > 1, words[1] != "sdbm" {
            return report(
                "'hash-type' : function '\(words[1])' is not supported; apus-proxy has 'sdbm'.",
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
        settleHash(&draft.backend.balance)
    }

    /// Map-based is HAProxy's default for hashing algorithms, and the reason why it refuses dynamic servers there.
    private func settleHash(_ balance: inout BalanceConfiguration) {
        balance.isMapBased = balance.algorithm == .consistentHash && !balance.isConsistent
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
