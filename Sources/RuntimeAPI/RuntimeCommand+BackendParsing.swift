extension RuntimeCommand {
    /// Commands about whole backends; nil when the keyword is none of them.
    static func parseBackend(
        _ keyword: CommandKeyword,
        _ arguments: Arguments
    ) throws(RuntimeSyntaxError) -> RuntimeCommand? {
        switch keyword {
        case .addBackend: return .addBackend(try addition(arguments))
        case .publishBackend: return .publishBackend(arguments[0])
        case .unpublishBackend: return .unpublishBackend(arguments[0])
        case .deleteBackend:
            guard arguments[1].isEmpty else {
                throw RuntimeSyntaxError(error: "Usage: del backend <name>.")
            }
            return .deleteBackend(arguments[0])
        case .showDefaults: return .showDefaults
        case .enableDynamicCookie: return .enableDynamicCookie(backend: try backend(arguments))
        case .disableDynamicCookie: return .disableDynamicCookie(backend: try backend(arguments))
        case .setDynamicCookieKey:
            return .setDynamicCookieKey(backend: try backend(arguments), key: arguments[1])
        default: return nil
        }
    }

    private static func backend(_ arguments: Arguments) throws(RuntimeSyntaxError) -> String {
        guard let name = arguments.optional(0) else {
            throw RuntimeSyntaxError(error: "A backend name is expected.")
        }
        return name
    }

    /// `cli_parse_add_backend` of HAProxy 3.4's src/proxy.c: what can be said before anything is looked up.
    private static func addition(_ arguments: Arguments) throws(RuntimeSyntaxError)
        -> BackendAddition
    {
        let name = arguments[0]
        guard !name.isEmpty else { throw RuntimeSyntaxError(error: "Require backend name.") }
        if let bad = name.unicodeScalars.first(where: { !isNameCharacter($0) }) {
            throw RuntimeSyntaxError(error: "Invalid character '\(bad)' in backend name.")
        }
        guard arguments[1] == "from", !arguments[2].isEmpty else {
            throw RuntimeSyntaxError(error: "Usage: add backend <name> from <defproxy>.")
        }
        var addition = BackendAddition(name: name, defaults: arguments[2])
        var index = 3
        while !arguments[index].isEmpty {
            let value = arguments[index + 1]
            switch arguments[index] {
            case "mode" where !value.isEmpty && addition.mode == nil:
                addition.mode = try mode(value)
            case "guid" where !value.isEmpty && addition.guid == nil: addition.guid = value
            default:
                throw RuntimeSyntaxError(
                    error:
                        "Usage: add backend <name> from <defproxy> [mode <px_mode>] [guid <val>]."
                )
            }
            index += 2
        }
        return addition
    }

    private static func mode(_ word: String) throws(RuntimeSyntaxError) -> BackendAddition.Mode {
        if let mode = BackendAddition.Mode(rawValue: word) { return mode }
        let isOther = ["log", "spop", "haterm"].contains(word)
        throw RuntimeSyntaxError(
            error: isOther
                ? "Dynamic backends are compatible with only TCP or HTTP mode."
                : "Unknown proxy mode."
        )
    }

    /// `invalid_char` of HAProxy's src/tools.c.
    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "_", "-", ".", ":": true
        default: false
        }
    }
}
