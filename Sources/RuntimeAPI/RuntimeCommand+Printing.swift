import Model

extension RuntimeCommand {
    /// The command line, escaped, without its end of line and payload.
    package var text: String {
        words.map(Self.escaped).joined(separator: " ")
    }

    /// About the bytes of `text`, without escaping and joining.
    package var size: Int { words.reduce(0) { $0 + $1.utf8.count + 1 } }

    /// The words before escaping.
    package var words: [String] {
        backendWords ?? serverWords ?? mapWords ?? sessionWords
    }

    /// `\` before every byte that would end the word, and before a `<<` that would announce a payload.
    static func escaped(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { !isSpecial($0) } && !word.hasPrefix("<<")
        if isPlain { return word }
        var bytes: [UInt8] = word.hasPrefix("<<") ? [UInt8(ascii: "\\")] : []
        for byte in word.utf8 {
            if isSpecial(byte) { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "\\"): true
        default: false
        }
    }

    private var backendWords: [String]? {
        switch self {
        case .addBackend(let addition):
            ["add", "backend", addition.name, "from", addition.defaults]
                + (addition.mode.map { ["mode", $0.rawValue] } ?? [])
                + (addition.guid.map { ["guid", $0] } ?? [])
        case .certificate(let command): command.words
        case .publishBackend(let name): ["publish", "backend", name]
        case .unpublishBackend(let name): ["unpublish", "backend", name]
        case .deleteBackend(let name): ["del", "backend", name]
        case .showDefaults: ["show", "defaults"]
        case .enableDynamicCookie(let name): ["enable", "dynamic-cookie", "backend", name]
        case .disableDynamicCookie(let name): ["disable", "dynamic-cookie", "backend", name]
        case .setDynamicCookieKey(let name, let key):
            ["set", "dynamic-cookie-key", "backend", name] + (key.isEmpty ? [] : [key])
        default: nil
        }
    }

    private var serverWords: [String]? {
        switch self {
        case .addServer(let server, let address, let arguments):
            ["add", "server", "\(server)"] + (address.isEmpty ? [] : [address]) + arguments
        case .deleteServer(let server): ["del", "server", "\(server)"]
        case .enableServer(let server): ["enable", "server", "\(server)"]
        case .disableServer(let server): ["disable", "server", "\(server)"]
        case .enableHealth(let server): ["enable", "health", "\(server)"]
        case .disableHealth(let server): ["disable", "health", "\(server)"]
        case .getWeight(let server): ["get", "weight", "\(server)"]
        case .setServerState(let server, let state): Self.set(server, ["state", state.rawValue])
        case .setServerWeight(let server, .absolute(let weight)):
            Self.set(server, ["weight", "\(weight)"])
        case .setServerWeight(let server, .relative(let weight)):
            Self.set(server, ["weight", "\(weight)%"])
        case .setServerAddress(let server, let address, let port):
            Self.set(server, ["addr", address] + Self.portWords(port))
        case .setServerHealth(let server, let health):
            Self.set(server, ["health", health.rawValue])
        case .setServerCheckAddress(let server, let address, let port):
            Self.set(server, ["check-addr", address] + Self.portWords(port))
        case .setServerCheckPort(let server, let port): Self.set(server, ["check-port", port])
        case .setServerAgentAddress(let server, let address?, let port):
            Self.set(server, ["agent-addr", address] + Self.portWords(port))
        case .setServerAgentAddress(let server, nil, let port):
            Self.set(server, ["agent-port", port ?? ""])
        case .setServerAgentHealth(let server, let word):
            Self.set(server, ["agent"] + (word.isEmpty ? [] : [word]))
        case .setServerAgentSend(let server, let text):
            Self.set(server, ["agent-send"] + (text.isEmpty ? [] : [text]))
        case .setServerMaxconn(let server, let value):
            ["set", "maxconn", "server", "\(server)", value]
        case .enableAgent(let server): ["enable", "agent", "\(server)"]
        case .disableAgent(let server): ["disable", "agent", "\(server)"]
        case .shutdownServerSessions(let server): ["shutdown", "sessions", "server", "\(server)"]
        case .wait(let duration, nil): ["wait", "\(duration)"]
        case .wait(let duration, .serverRemovable(let server)?):
            ["wait", "\(duration)", "srv-removable", "\(server)"]
        case .wait(let duration, .backendRemovable(let backend)?):
            ["wait", "\(duration)", "be-removable", backend]
        default: nil
        }
    }

    private static func set(_ server: ServerReference, _ words: [String]) -> [String] {
        ["set", "server", "\(server)"] + words
    }

    private static func portWords(_ port: String?) -> [String] {
        port.map { ["port"] + ($0.isEmpty ? [] : [$0]) } ?? []
    }

    private var mapWords: [String]? {
        switch self {
        case .showMap(let map): ["show", "map"] + (map?.words ?? [])
        case .getMap(let map, let key): ["get", "map"] + map.words + [key]
        case .addMap(let map, let key, let value): ["add", "map"] + map.words + [key, value]
        case .addMapPayload(let map): ["add", "map"] + map.words
        case .setMap(let map, let key, let value): ["set", "map"] + map.words + [key, value]
        case .deleteMap(let map, let key): ["del", "map"] + map.words + [key]
        case .clearMap(let map): ["clear", "map"] + map.words
        case .prepareMap(let map): ["prepare", "map"] + map.words
        case .commitMap(let map): ["commit", "map"] + map.words
        case .showAcl(let acl): ["show", "acl"] + (acl?.words ?? [])
        case .addAcl(let acl, let pattern): ["add", "acl"] + acl.words + [pattern]
        case .deleteAcl(let acl, let pattern): ["del", "acl"] + acl.words + [pattern]
        case .getAcl(let acl, let value): ["get", "acl"] + acl.words + [value]
        case .clearAcl(let acl): ["clear", "acl"] + acl.words
        case .prepareAcl(let acl): ["prepare", "acl"] + acl.words
        case .commitAcl(let acl): ["commit", "acl"] + acl.words
        case .setRateLimit(let rate, let value):
            ["set", "rate-limit", rate.rawValue, "global", String(value)]
        default: nil
        }
    }

    private var sessionWords: [String] {
        switch self {
        case .showInfo(let format): ["show", "info"] + format.words
        case .showStat(let filter, let format): ["show", "stat"] + filter.words + format.words
        case .showServersState(let backend):
            ["show", "servers", "state"] + (backend.map { [$0] } ?? [])
        case .showServersConn(let backend):
            ["show", "servers", "conn"] + (backend.map { [$0] } ?? [])
        case .getVariable(let name): ["get", "var", name]
        case .setVariable(let name, .expression(let text)): ["set", "var", name, "expr", text]
        case .setVariable(let name, .format(let text)): ["set", "var", name, "fmt", text]
        case .showErrors(let proxy, let side):
            ["show", "errors"] + (proxy.map { [$0] } ?? []) + (side.map { [$0.rawValue] } ?? [])
        case .showActivity(let thread): ["show", "activity", "\(thread)"]
        case .showDescriptors(let filter): ["show", "fd"] + filter.words
        case .showPools(let selection): ["show", "pools"] + selection.words
        case .showEvents(let selection): ["show", "events"] + (selection?.words ?? [])
        case .showSessions(let filter): ["show", "sess"] + filter.words
        case .shutdownSession(let id): ["shutdown", "session", id]
        case .showServersConfig(let backend):
            ["show", "servers", "config"] + (backend.map { [$0] } ?? [])
        case .showStateDigest(let proxy):
            ["show", "state", "digest"] + (proxy.map { [$0] } ?? [])
        case .clearCounters(let all): ["clear", "counters"] + (all ? ["all"] : [])
        case .begin(let limit): ["begin"] + (limit.map { ["\($0)"] } ?? [])
        case .commit: ["commit"]
        case .rollback: ["rollback"]
        case .showBackend: ["show", "backend"]
        case .showVersion: ["show", "version"]
        case .dumpStatsFile: ["dump", "stats-file"]
        case .prompt(let mode, let isTimed):
            ["prompt"] + (mode.map { [$0.rawValue] } ?? []) + (isTimed ? ["timed"] : [])
        case .setSeverityOutput(let output, let isSilent):
            ["set", "severity-output", output.rawValue] + (isSilent ? ["-"] : [])
        case .setMode(let mode, let word): [mode.rawValue] + (word.map { [$0] } ?? [])
        case .showCLISockets: ["show", "cli", "sockets"]
        case .showEnvironment(let name): ["show", "env"] + (name.map { [$0] } ?? [])
        case .enableFrontend(let name): ["enable", "frontend", name]
        case .disableFrontend(let name): ["disable", "frontend", name]
        case .shutdownFrontend(let name): ["shutdown", "frontend", name]
        case .setFrontendMaxconn(let name, let value): ["set", "maxconn", "frontend", name, value]
        case .setMaxconn(let value): ["set", "maxconn", "global", value]
        case .setTimeout(let timeout): ["set", "timeout", "cli", "\(timeout)"]
        case .lowerLevel(let level): [level == .operator ? "operator" : "user"]
        case .showCLILevel: ["show", "cli", "level"]
        case .help(let words): ["help"] + words
        case .echo(let text): ["echo"] + text.split(separator: " ").map(String.init)
        case .quit: ["quit"]
        case .invalid(let command): command.words
        default: preconditionFailure("a command without words")
        }
    }
}

extension PatternReference {
    fileprivate var words: [String] {
        (version.map { ["@\($0)"] } ?? []) + (name.isEmpty ? [] : [name])
    }
}

extension OutputFormat {
    fileprivate var words: [String] { self == .plain ? [] : [rawValue] }
}

extension StatFilter {
    fileprivate var words: [String] {
        var words: [String] = []
        // Three words in a row would be taken for a filter, so two flags and a format need one before.
        if proxy != nil || types != -1 || server != -1 || isUpOnly && skipsMaintenance {
            words = [proxy ?? "-1", String(types), String(server)]
        }
        if isUpOnly { words.append("up") }
        if skipsMaintenance { words.append("no-maint") }
        return words
    }
}
