import BootConfig
import Model
import RuntimeAPI

extension ConfigParser {
    /// Reads one `global` section; several of them add up.
    mutating func parse(global section: BootSection) {
        for line in section.lines {
            switch line.keyword {
            case "stats": parse(stats: line)
            case "maxconn":
                configuration.maxconn = integer(line, 1...10_000_000) ?? configuration.maxconn
                expectEnd(of: line, after: 2)
            case "nbthread":
                configuration.threads = integer(line, 1...64) ?? configuration.threads
                expectEnd(of: line, after: 2)
            case "cpu-map", "thread-groups", "cpu-set", "cpu-policy", "max-threads-per-group":
                parse(threads: line)
            case "node", "pidfile":
                guard line.words.count >= 2 else {
                    report("'\(line.keyword)' expects an argument.", at: line.origin)
                    continue
                }
                if line.keyword == "node" {
                    configuration.node = line.words[1]
                } else {
                    configuration.pidfile = line.words[1]
                }
                expectEnd(of: line, after: 2)
            case "state-file":
                if line.words.count == 2 {
                    configuration.stateFile = line.words[1]
                } else {
                    report("'state-file' expects <path>.", at: line.origin)
                }
            case "description":
                configuration.description = line.arguments.joined(separator: " ")
            case "tune.idle-pool.shared" where ["on", "off"].contains(line.words.last):
                // Workers share no idle connections either way, which only costs a connection now and then.
                expectEnd(of: line, after: 2)
            // Neither forks after the start; what would is refused by name.
            case "quiet", "zero-warning", "insecure-fork-wanted":
                expectEnd(of: line, after: 1)
            case "log":
                var targets = configuration.globalLogs
                parse(log: line, into: &targets, isGlobal: true)
                configuration.globalLogs = targets
            case "log-tag", "log-send-hostname": parse(logSender: line)
            case "set-var", "set-var-fmt": parse(variable: line)
            case "setenv", "presetenv", "unsetenv", "resetenv": break
            case _ where parse(process: line): break
            case _ where parse(tlsDefault: line): break
            default:
                report(
                    "unknown or unsupported keyword '\(line.keyword)' in 'global' section; "
                        + "apus-proxy refuses what it cannot do.",
                    at: line.origin
                )
            }
        }
    }

    /// `set-var proc.name expression` and `set-var-fmt proc.name format`.
    private mutating func parse(variable line: BootLine) {
        guard line.words.count == 3 else {
            return report(
                "'\(line.keyword)' expects a variable of the process and its value.",
                at: line.origin
            )
        }
        guard VariableScope(of: line.words[1]) == .process else {
            return report(
                "'\(line.keyword)' : '\(line.words[1])' is no variable of the process ('proc.').",
                at: line.origin
            )
        }
        let isFormat = line.keyword == "set-var-fmt"
        do throws(ProcessValue.Mistake) {
            let source: VariableSource =
                isFormat ? .format(line.words[2]) : .expression(line.words[2])
            configuration.variables[line.words[1]] = try ProcessVariableRecord(source)
        } catch {
            report("'\(line.keyword)' : \(error.text).", at: line.origin)
        }
    }

    private mutating func parse(stats line: BootLine) {
        switch line.arguments.first {
        case "socket":
            parse(statsSocket: line)
        case "timeout":
            if let timeout = duration(line, at: 2) { configuration.statsTimeout = timeout }
            expectEnd(of: line, after: 3)
        case "maxconn":
            if let count = integer(line, 1...100_000, at: 2) { configuration.statsMaxconn = count }
            expectEnd(of: line, after: 3)
        default:
            report(
                "'stats' only supports 'socket', 'maxconn' and 'timeout' (got '\(line.arguments.first ?? "")').",
                at: line.origin
            )
        }
    }

    private mutating func parse(statsSocket line: BootLine) {
        guard line.words.count > 2 else {
            return report(
                "'stats socket' in section 'global' : expects an address",
                at: line.origin
            )
        }
        guard let address = StatsSocket.Address(text: line.words[2]) else {
            return report(
                "'stats socket' in section 'global' : '\(line.words[2])' is neither a path nor an address with a port.",
                at: line.origin
            )
        }
        var socket = StatsSocket(address: address, origin: line.origin)
        var index = 3
        while index < line.words.count {
            let keyword = line.words[index]
            let value = index + 1 < line.words.count ? line.words[index + 1] : nil
            index += 2
            switch (keyword, value) {
            case ("expose-fd", "listeners"?): socket.exposesListeners = true
            case ("severity-output", "none"?): break
            case ("level", let level?):
                guard let level = AccessLevel(named: level) else {
                    report(
                        "'level' only supports 'user', 'operator' or 'admin' (got '\(level)').",
                        at: line.origin
                    )
                    continue
                }
                socket.level = level
            case ("mode", let mode?):
                guard let bits = UInt32(mode, radix: 8), bits <= 0o777 else {
                    report(
                        "'mode' : missing or invalid mode '\(mode)' (octal integer expected)",
                        at: line.origin
                    )
                    continue
                }
                socket.mode = bits
            case ("name", .some): break
            default:
                report(
                    "'stats socket' : unknown or unsupported keyword '\(keyword)'.",
                    at: line.origin
                )
                index = line.words.count
            }
        }
        configuration.statsSockets.append(socket)
    }
}

extension StatsSocket.Address {
    /// `/path`, `unix@path`, `abns@name`, `fd@number`, `ip:port`; any other word with a slash is a path.
    package init?(text: String) {
        if text.hasPrefix("/") {
            self = .unix(text)
        } else if text.hasPrefix("unix@"), text.utf8.count > 5 {
            self = .unix(String(text.dropFirst(5)))
        } else if text.hasPrefix("abns@"), text.utf8.count > 5 {
            self = .abstract(String(text.dropFirst(5)))
        } else if text.hasPrefix("fd@") {
            guard let number = Int32(text.dropFirst(3)) else { return nil }
            self = .descriptor(number)
        } else if let endpoint = ListenAddress.parse(text) {
            self = .inet(endpoint)
        } else {
            guard text.contains("/"), !text.contains("@") else { return nil }
            self = .unix(text)
        }
    }
}

extension AccessLevel {
    /// By its name in the configuration.
    init?(named name: String) {
        switch name {
        case "user": self = .user
        case "operator": self = .operator
        case "admin": self = .admin
        default: return nil
        }
    }
}

/// Addresses to listen on, which may leave the host out.
enum ListenAddress {
    /// `*:80`, `:80`, `ip:port`, `[v6]:port`, `ipv4@…`, `ipv6@…`; nil for anything else or without a port.
    static func parse(_ text: String) -> Endpoint? {
        var text = text
        for prefix in ["ipv4@", "ipv6@"] where text.hasPrefix(prefix) {
            text.removeFirst(prefix.count)
        }
        if text.hasPrefix("*:") { text.removeFirst() }
        if text.hasPrefix(":"), !text.hasPrefix("::") { text = "0.0.0.0\(text)" }
        guard let endpoint = Endpoint(text) else { return nil }
        switch endpoint {
        case .ipv4(_, let port), .ipv6(_, let port): return port == 0 ? nil : endpoint
        case .unix, .abstract: return nil
        }
    }
}
