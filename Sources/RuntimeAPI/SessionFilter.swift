package import Model

/// What `show sess` is asked for (management.txt §9.3, HAProxy 3.0; by proxy and server 3.2).
package struct SessionFilter: Hashable, Sendable {
    /// One session alone; nil for all.
    package var id: UInt64?
    /// Several lines for each instead of one.
    package var isDetailed = false
    /// Only those that last at least so long.
    package var minimumAge: Milliseconds?
    /// Only those that should have ended.
    package var isSuspicious = false
    package var frontend: String?
    package var backend: String?
    package var server: ServerReference?

    package init() {}

    /// The words after `show sess`.
    var words: [String] {
        var words: [String] = []
        if let id { words.append("0x" + String(id, radix: 16)) }
        if let minimumAge { words += ["older", "\(minimumAge)"] }
        if isSuspicious { words.append("susp") }
        if isDetailed, id == nil, minimumAge == nil, !isSuspicious { words.append("all") }
        if let frontend { words += ["frontend", frontend] }
        if let backend { words += ["backend", backend] }
        if let server { words += ["server", "\(server)"] }
        return words
    }
}

extension RuntimeCommand {
    static let sessionUsage = """
        Usage: show sess [<id> | all | susp | older <age>] [frontend <f>] [backend <b>] [server <b>/<s>]
          - without anything: one line for each session in progress
          - <id>        : everything about one session, as named by the first word of its line
          - all         : everything about each
          - susp        : everything about those that have missed their timeout
          - older <age> : everything about those that last at least so long, in seconds by default
          - frontend, backend, server: only those that came there
        """

    /// The arguments of `show sess`; a word that is none of them is taken for a number, as in HAProxy, and one
    /// that is none for 0, which is all.
    static func parseShowSessions(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        var filter = SessionFilter()
        var index = 0
        while let word = arguments.optional(index) {
            index += 1
            switch word {
            case "help": throw RuntimeSyntaxError(RuntimeReply(severity: .info, text: sessionUsage))
            case "all": filter.isDetailed = true
            case "susp":
                filter.isSuspicious = true
                filter.isDetailed = true
            case "older":
                filter.minimumAge = try minimumAge(arguments[index])
                filter.isDetailed = true
                index += 1
            case "frontend", "backend", "server":
                try filter.take(arguments[index], as: word)
                index += 1
            default:
                if let id = sessionID(word), id > 0 {
                    filter.id = id
                    filter.isDetailed = true
                }
            }
        }
        return .showSessions(filter)
    }

    private static func minimumAge(_ word: String) throws(RuntimeSyntaxError) -> Milliseconds {
        guard !word.isEmpty else {
            throw RuntimeSyntaxError(error: "Expects a minimum age (in seconds by default).")
        }
        let isBare = word.utf8.allSatisfy(isDigit)
        guard let age = Milliseconds(parsing: word + (isBare ? "s" : "")) else {
            throw RuntimeSyntaxError(error: "Invalid age.")
        }
        return age
    }

    /// C's `strtoul` with any base; nil when the word begins with no number.
    static func sessionID(_ word: String) -> UInt64? {
        guard word.hasPrefix("0x") else {
            return UInt64(String(Substring(word.utf8.prefix(while: isDigit))))
        }
        return UInt64(word.dropFirst(2).prefix(while: \.isHexDigit), radix: 16)
    }

    static func parseShutdownSession(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        guard let id = sessionID(arguments[0]), id > 0 else {
            throw RuntimeSyntaxError(error: "Session pointer expected (use 'show sess').")
        }
        return .shutdownSession("0x" + String(id, radix: 16))
    }
}

extension SessionFilter {
    fileprivate mutating func take(_ word: String, as kind: String) throws(RuntimeSyntaxError) {
        guard !word.isEmpty else { throw RuntimeSyntaxError(error: "Missing \(kind) name.") }
        switch kind {
        case "frontend": frontend = word
        case "backend": backend = word
        default:
            let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else {
                throw RuntimeSyntaxError(error: "Require 'backend/server'.")
            }
            server = ServerReference(backend: String(parts[0]), server: String(parts[1]))
        }
    }
}
