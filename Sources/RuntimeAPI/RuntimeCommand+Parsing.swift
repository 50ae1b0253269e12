import Model

extension RuntimeCommand {
    /// Understands the words of one command the way HAProxy does, errors in its order and words.
    ///
    /// The level comes before the arguments; what can only be said of an existing server or map comes
    /// out as `.invalid`. `add server` without an address yields an empty one: the backend is looked up
    /// first.
    package static func parse(
        _ words: [String],
        hasPayload: Bool = false,
        level: AccessLevel = .admin,
        modes: Set<SessionMode> = [.expert, .experimental]
    ) throws(RuntimeSyntaxError) -> RuntimeCommand {
        guard let (keyword, length) = CommandKeyword.match(words) else {
            throw RuntimeSyntaxError(
                RuntimeReply(severity: .info, text: CommandKeyword.unknown(words))
            )
        }
        if let mode = keyword.mode, !modes.contains(mode) {
            let name = mode == .expert ? "expert" : "experimental"
            throw RuntimeSyntaxError(error: "This command is restricted to \(name) mode only.")
        }
        guard level >= keyword.level else { throw RuntimeSyntaxError(error: "Permission denied") }
        let arguments = Arguments(words: words, skipping: length)
        if let command = try parseBackend(keyword, arguments) { return command }
        if let command = try parseServer(keyword, arguments) { return command }
        if let command = try parseMap(keyword, arguments, hasPayload: hasPayload) { return command }
        if let command = try parseAcl(keyword, arguments) { return command }
        if let command = try parseFrontend(keyword, arguments) { return command }
        if let command = try parseCertificate(keyword, arguments, hasPayload: hasPayload) {
            return command
        }
        return try parseSession(keyword, arguments, level: level)
    }

    /// Understands one command without payload as it stands on a line.
    package static func parse(line: String) throws(RuntimeSyntaxError) -> RuntimeCommand {
        try parse(CommandLine(ArraySlice(line.utf8)).commands.first ?? [])
    }

    /// The least level a session needs for it; its arguments are not looked at below that.
    package var requiredLevel: AccessLevel {
        switch self {
        case .clearCounters(all: true): return .admin
        // These come in thousands: not spelled out to be looked up.
        case .addServer, .deleteServer, .enableHealth, .setServerState, .setServerWeight:
            return .admin
        default: break
        }
        return CommandKeyword.match(words)?.keyword.level ?? .admin
    }

    private static func parseSession(
        _ keyword: CommandKeyword,
        _ arguments: Arguments,
        level: AccessLevel
    ) throws(RuntimeSyntaxError) -> RuntimeCommand {
        switch keyword {
        case .operator: .lowerLevel(.operator)
        case .user: .lowerLevel(.user)
        case .prompt:
            .prompt(PromptMode(rawValue: arguments[0]), isTimed: arguments.all.contains("timed"))
        case .help: .help(arguments.all)
        case .echo: .echo(arguments.all.joined(separator: " "))
        case .quit: .quit
        case .showCLILevel: .showCLILevel
        case .setSeverityOutput:
            .setSeverityOutput(
                try parseSeverityOutput(arguments[0]),
                isSilent: arguments[1] == "-"
            )
        case .expertMode: .setMode(.expert, arguments.optional(0))
        case .experimentalMode: .setMode(.experimental, arguments.optional(0))
        case .showCLISockets: .showCLISockets
        case .showEnvironment: .showEnvironment(arguments.optional(0))
        case .setTimeout: try parseTimeout(arguments)
        case .showInfo: .showInfo(OutputFormat(arguments.all))
        case .showSessions: try parseShowSessions(arguments)
        case .shutdownSession: try parseShutdownSession(arguments)
        case .showErrors:
            .showErrors(proxy: arguments.optional(0), ErrorSide(rawValue: arguments[1]))
        case .showActivity:
            .showActivity(thread: arguments.optional(0).map(leadingInteger) ?? -1)
        case .showDescriptors: .showDescriptors(try DescriptorFilter(arguments))
        case .showPools: .showPools(try PoolSelection(arguments))
        case .showEvents: .showEvents(try EventSelection(arguments))
        case .getVariable: .getVariable(try variableName(arguments))
        case .setVariable: try parseSetVariable(arguments)
        case .showVersion: .showVersion
        case .showBackend: .showBackend
        case .dumpStatsFile: .dumpStatsFile
        case .showStateDigest: .showStateDigest(proxy: arguments.optional(0))
        case .begin: try parseBegin(arguments)
        case .commit: .commit
        case .rollback: .rollback
        case .showStat: try parseShowStat(arguments)
        case .clearCounters: try parseClear(arguments, level: level)
        case .setRateLimit: try parseRateLimit(arguments)
        default: preconditionFailure("\(keyword.rawValue) belongs to another group")
        }
    }

    private static func parseSeverityOutput(
        _ word: String
    ) throws(RuntimeSyntaxError) -> SeverityOutput {
        guard let output = SeverityOutput(rawValue: word) else {
            throw RuntimeSyntaxError(
                error: "one of 'none', 'number', 'string' is a required argument"
            )
        }
        return output
    }

    private static func parseTimeout(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        guard arguments[0] == "cli" else {
            throw RuntimeSyntaxError(error: "'set timeout' only supports 'cli'.")
        }
        guard !arguments[1].isEmpty else {
            throw RuntimeSyntaxError(error: "Expects an integer value.")
        }
        let isBare = arguments[1].utf8.allSatisfy(isDigit)
        // Unlike every other duration, a bare number is in seconds here.
        guard let timeout = Milliseconds(parsing: arguments[1] + (isBare ? "s" : "")),
            timeout.count > 0
        else { throw RuntimeSyntaxError(error: "Invalid timeout value.") }
        return .setTimeout(timeout)
    }

    private static func parseClear(
        _ arguments: Arguments,
        level: AccessLevel
    ) throws(RuntimeSyntaxError) -> RuntimeCommand {
        let isAll = arguments[0] == "all"
        guard !isAll || level == .admin else {
            throw RuntimeSyntaxError(error: "Permission denied")
        }
        return .clearCounters(all: isAll)
    }

    /// `cli_parse_set_ratelimit` of HAProxy's src/cli.c.
    private static func parseRateLimit(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        guard let rate = LimitTarget.Rate(rawValue: arguments[0]), arguments[1] == "global" else {
            throw RuntimeSyntaxError(
                error: """
                    'set rate-limit' only supports :
                       - 'connections global' to set the per-process maximum connection rate
                       - 'sessions global' to set the per-process maximum session rate
                       - 'ssl-sessions global' to set the per-process maximum SSL session rate
                       - 'http-compression global' to set the per-process maximum compression speed in kB/s
                    """
            )
        }
        guard !arguments[2].isEmpty else {
            throw RuntimeSyntaxError(error: "Expects an integer value.")
        }
        let value = leadingInteger(arguments[2])
        guard (0...Int(Int32.max)).contains(value) else {
            throw RuntimeSyntaxError(error: "Value out of range.")
        }
        return .setRateLimit(rate, value: value)
    }

    private static func variableName(_ arguments: Arguments) throws(RuntimeSyntaxError) -> String {
        guard let name = arguments.optional(0) else {
            throw RuntimeSyntaxError(error: "Missing process-wide variable identifier.")
        }
        return name
    }

    /// `vars_parse_cli_set_var` of HAProxy's src/vars.c.
    private static func parseSetVariable(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        let name = try variableName(arguments)
        guard let word = arguments.optional(1) else {
            throw RuntimeSyntaxError(error: "Missing either 'expr', 'fmt' or expression.")
        }
        guard let value = arguments.optional(2) else {
            return .setVariable(name, .expression(word))
        }
        switch word {
        case "expr": return .setVariable(name, .expression(value))
        case "fmt": return .setVariable(name, .format(value))
        default:
            throw RuntimeSyntaxError(
                error: "'set var': arg type must be either 'expr' or 'fmt' but got '\(word)'."
            )
        }
    }

    private static func parseBegin(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        guard let word = arguments.optional(0) else { return .begin(nil) }
        guard let limit = Milliseconds(parsing: word), limit.count > 0 else {
            throw RuntimeSyntaxError(error: "Invalid duration.")
        }
        return .begin(limit)
    }

    private static func parseShowStat(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        var filter = StatFilter()
        var flags = arguments.all
        if flags.first == "domain" {
            guard flags.count > 1, flags[1] == "proxy" else {
                throw RuntimeSyntaxError(error: "Invalid statistics domain.")
            }
            flags.removeFirst(2)
        }
        if flags.count >= 3 {
            filter.proxy = flags[0] == "-1" ? nil : flags[0]
            filter.types = leadingInteger(flags[1])
            filter.server = leadingInteger(flags[2])
            flags.removeFirst(3)
        }
        filter.isUpOnly = flags.contains("up")
        filter.skipsMaintenance = flags.contains("no-maint")
        return .showStat(filter, OutputFormat(flags))
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Commands about frontends and the limit of all of them; nil when the keyword is none of them.
    private static func parseFrontend(
        _ keyword: CommandKeyword,
        _ arguments: Arguments
    ) throws(RuntimeSyntaxError) -> RuntimeCommand? {
        switch keyword {
        case .enableFrontend: return .enableFrontend(try frontend(arguments))
        case .disableFrontend: return .disableFrontend(try frontend(arguments))
        case .shutdownFrontend: return .shutdownFrontend(try frontend(arguments))
        case .setMaxconnFrontend:
            let frontend = try frontend(arguments)
            let mistake = mistake(inLimit: arguments[1], missing: "Integer value expected.")
            guard let mistake else { return .setFrontendMaxconn(frontend, value: arguments[1]) }
            let reply = RuntimeReply(severity: .error, text: mistake)
            return .invalid(
                InvalidCommand(words: arguments.words, subject: .frontend(frontend), reply: reply)
            )
        case .setMaxconnGlobal:
            if let mistake = mistake(inLimit: arguments[0], missing: "Expects an integer value.") {
                throw RuntimeSyntaxError(error: mistake)
            }
            return .setMaxconn(value: arguments[0])
        default: return nil
        }
    }

    private static func frontend(_ arguments: Arguments) throws(RuntimeSyntaxError) -> String {
        guard let name = arguments.optional(0) else {
            throw RuntimeSyntaxError(error: "A frontend name is expected.")
        }
        return name
    }

    private static func mistake(inLimit word: String, missing: String) -> String? {
        if word.isEmpty { return missing }
        return (0...Int(Int32.max)).contains(leadingInteger(word)) ? nil : "Value out of range."
    }

    /// What C's `atoi` makes of a word; 0 when it begins with no number.
    package static func leadingInteger(_ word: String) -> Int {
        let isNegative = word.hasPrefix("-")
        let digits = word.utf8.dropFirst(isNegative ? 1 : 0).prefix(while: isDigit)
        let number = Int(String(Substring(digits))) ?? 0
        return isNegative ? -number : number
    }
}

/// The words after a command's own; reading past the end gives an empty word, as in HAProxy.
struct Arguments {
    let words: [String]
    let skipped: Int

    init(words: [String], skipping skipped: Int) {
        self.words = words
        self.skipped = skipped
    }

    subscript(index: Int) -> String {
        index + skipped < words.count ? words[index + skipped] : ""
    }

    var count: Int { words.count - skipped }

    var all: [String] { Array(words[skipped...]) }
}

extension OutputFormat {
    /// The last format among these flags; plain when there is none.
    init(_ flags: [String]) {
        self = flags.last { $0 == "typed" || $0 == "json" }.flatMap(Self.init) ?? .plain
    }
}
