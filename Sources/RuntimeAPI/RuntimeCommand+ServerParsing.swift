import Model

extension RuntimeCommand {
    /// Commands about servers; nil when the keyword is none of them.
    static func parseServer(
        _ keyword: CommandKeyword,
        _ arguments: Arguments
    ) throws(RuntimeSyntaxError) -> RuntimeCommand? {
        switch keyword {
        case .showServersState: .showServersState(backend: arguments.optional(0))
        case .showServersConn: .showServersConn(backend: arguments.optional(0))
        case .showServersConfig: .showServersConfig(backend: arguments.optional(0))
        case .addServer:
            .addServer(
                try newServer(arguments[0]),
                address: arguments[1],
                arguments: Array(arguments.all.dropFirst(2))
            )
        case .deleteServer: .deleteServer(try server(arguments[0]))
        case .enableServer: .enableServer(try server(arguments[0]))
        case .disableServer: .disableServer(try server(arguments[0]))
        case .enableHealth: .enableHealth(try server(arguments[0]))
        case .disableHealth: .disableHealth(try server(arguments[0]))
        case .enableAgent: .enableAgent(try server(arguments[0]))
        case .disableAgent: .disableAgent(try server(arguments[0]))
        case .getWeight: .getWeight(try server(arguments[0]))
        case .shutdownSessionsServer: .shutdownServerSessions(try server(arguments[0]))
        case .setWeight: parseWeight(arguments[1], of: try server(arguments[0]), arguments)
        case .setMaxconnServer: parseMaxconn(arguments[1], of: try server(arguments[0]), arguments)
        case .setServer: parseSetServer(try server(arguments[0]), arguments)
        case .wait: try parseWait(arguments)
        default: nil
        }
    }

    private static func server(_ word: String) throws(RuntimeSyntaxError) -> ServerReference {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            throw RuntimeSyntaxError(error: "Require 'backend/server'.")
        }
        return ServerReference(backend: String(parts[0]), server: String(parts[1]))
    }

    /// Of a server to be added, HAProxy also wants to know the backend at once.
    private static func newServer(_ word: String) throws(RuntimeSyntaxError) -> ServerReference {
        guard !word.hasPrefix("/") else {
            throw RuntimeSyntaxError(error: "Require 'backend/server'.")
        }
        return try server(word)
    }

    private static func parseSetServer(
        _ server: ServerReference,
        _ arguments: Arguments
    ) -> RuntimeCommand {
        let value = arguments[2]
        // Only the word `port` makes the next one a port, even when that one is missing.
        let port = arguments[3] == "port" ? arguments[4] : nil
        switch arguments[1] {
        case "state":
            if let state = AdminState(rawValue: value) { return .setServerState(server, state) }
        case "weight": return parseWeight(value, of: server, arguments)
        case "addr":
            if !value.isEmpty { return .setServerAddress(server, address: value, port: port) }
        case "health":
            if let health = ForcedHealth(rawValue: value) {
                return .setServerHealth(server, health)
            }
        case "check-addr":
            if !value.isEmpty { return .setServerCheckAddress(server, address: value, port: port) }
        case "check-port":
            if !value.isEmpty { return .setServerCheckPort(server, port: value) }
        case "agent": return .setServerAgentHealth(server, value)
        case "agent-addr":
            if !value.isEmpty { return .setServerAgentAddress(server, address: value, port: port) }
        case "agent-port":
            if !value.isEmpty { return .setServerAgentAddress(server, address: nil, port: value) }
        case "agent-send": return .setServerAgentSend(server, text: value)
        default: break
        }
        return invalid(arguments, server, complaint(about: arguments[1]))
    }

    private static func complaint(about subcommand: String) -> String {
        switch subcommand {
        case "state": "'set server <srv> state' expects 'ready', 'drain' and 'maint'."
        case "health": "'set server <srv> health' expects 'up', 'stopping', or 'down'."
        case "addr", "check-addr", "agent-addr":
            "set server <b>/<s> \(subcommand) requires an address and optionally a port."
        case "check-port", "agent-port":
            "set server <b>/<s> \(subcommand) requires a port."
        case "fqdn": "set server <b>/<s> fqdn failed because no resolution is configured."
        case "ssl": "'set server <srv> ssl' not supported on dynamic servers"
        default:
            """
            usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | \
            agent-send | check-addr | check-port | fqdn | health | ssl | state | weight
            """
        }
    }

    /// `server_parse_weight_change_request` of HAProxy's src/server.c.
    private static func parseWeight(
        _ text: String,
        of server: ServerReference,
        _ arguments: Arguments
    ) -> RuntimeCommand {
        guard !text.isEmpty else {
            return invalid(arguments, server, "Require <weight> or <weight%>.")
        }
        guard let (number, rest) = leadingNumber(text) else {
            return invalid(arguments, server, "Empty weight string empty or preceded by garbage")
        }
        if rest == "%" {
            return number < 0
                ? invalid(arguments, server, "Relative weight must be positive.")
                : .setServerWeight(server, .relative(min(number, 25_600)))
        }
        guard (0...256).contains(number) else {
            let complaint = "Absolute weight can only be between 0 and 256 inclusive."
            return invalid(arguments, server, complaint)
        }
        guard rest.isEmpty else {
            return invalid(arguments, server, "Trailing garbage in weight string")
        }
        return .setServerWeight(server, .absolute(number))
    }

    private static func parseMaxconn(
        _ text: String,
        of server: ServerReference,
        _ arguments: Arguments
    ) -> RuntimeCommand {
        guard !text.isEmpty else { return invalid(arguments, server, "Require <maxconn>.") }
        guard let (_, rest) = leadingNumber(text) else {
            return invalid(arguments, server, "maxconn string empty or preceded by garbage")
        }
        guard rest.isEmpty else {
            return invalid(arguments, server, "Trailing garbage in maxconn string")
        }
        return .setServerMaxconn(server, value: text)
    }

    private static func invalid(
        _ arguments: Arguments,
        _ server: ServerReference,
        _ complaint: String
    ) -> RuntimeCommand {
        let reply = RuntimeReply(severity: .error, text: complaint)
        return .invalid(
            InvalidCommand(words: arguments.words, subject: .server(server), reply: reply)
        )
    }

    /// What C's `strtol` reads and leaves; nil when the text begins with no number.
    private static func leadingNumber(_ text: String) -> (number: Int, rest: String)? {
        let sign = text.utf8.prefix { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let digits = text.utf8.dropFirst(sign.count).prefix(while: isDigit)
        guard sign.count <= 1, !digits.isEmpty else { return nil }
        let magnitude = Int(String(Substring(digits))) ?? Int(Int32.max)
        let rest = String(Substring(text.utf8.dropFirst(sign.count + digits.count)))
        return (text.hasPrefix("-") ? -magnitude : magnitude, rest)
    }

    private static func parseWait(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> RuntimeCommand
    {
        if arguments[0] == "-h" {
            throw RuntimeSyntaxError(RuntimeReply(severity: .info, text: waitUsage))
        }
        guard !arguments[0].isEmpty else {
            throw RuntimeSyntaxError(error: "Expects a duration in milliseconds.")
        }
        guard let duration = Milliseconds(parsing: arguments[0]), duration.count > 0 else {
            throw RuntimeSyntaxError(error: "Invalid duration.")
        }
        switch arguments[1] {
        case "": return .wait(duration, nil)
        case "srv-removable":
            guard !arguments[2].isEmpty else {
                throw RuntimeSyntaxError(error: "Missing server name (<backend>/<server>).")
            }
            return .wait(duration, .serverRemovable(try server(arguments[2])))
        case "be-removable":
            guard !arguments[2].isEmpty else {
                throw RuntimeSyntaxError(error: "Missing backend name.")
            }
            return .wait(duration, .backendRemovable(arguments[2]))
        default: throw RuntimeSyntaxError(error: waitUsage)
        }
    }

    private static let waitUsage = """
        Usage: wait {-h|<duration>} [condition [args...]]
          - '-h' displays this help
          - <duration> is the maximum wait time, optionally suffixed by the unit among
            'us', 'ms', 's', 'm', 'h', and 'd'. ; the default unit is milliseconds.
          - <condition> indicates what to wait for, no longer than the specified
            duration. Supported conditions are:
            - <none> : by default, just sleep for the specified duration.
            - srv-removable <px>/<sv> : wait for this server to become removable.
        """
}

extension Arguments {
    /// A word that may be left out.
    func optional(_ index: Int) -> String? { self[index].isEmpty ? nil : self[index] }
}
