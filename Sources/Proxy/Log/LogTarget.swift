package import Model

/// One `log` line: where messages go, in which form, and which of them (configuration.txt §4.2, log).
package struct LogTarget: Hashable, Sendable {
    /// Where messages go.
    package enum Address: Hashable, Sendable {
        /// Datagrams over UDP.
        case inet(Endpoint)
        /// Datagrams to a unix socket.
        case unix(String)
        /// Lines to an inherited descriptor, 1 for `stdout` and 2 for `stderr`.
        case descriptor(Int32)
        /// Lines in memory, by the ring's name.
        case ring(String)
    }

    package var address: Address
    package var format = LogLineFormat.rfc3164
    /// By its place in syslog's list, 16 for `local0`.
    package var facility: UInt8
    /// Messages that are less severe are left out.
    package var level = SyslogLevel.debug
    /// Messages that are more severe are said to be of this severity.
    package var minimum = SyslogLevel.emerg
    /// Longer lines are cut, header included.
    package var length = 1024
    /// Which of `sampleSize` messages in a row are sent, counted from 1; empty for all.
    package var sample: [ClosedRange<Int>] = []
    package var sampleSize = 0

    package init(address: Address, facility: UInt8) {
        self.address = address
        self.facility = facility
    }

    /// Syslog's facilities by HAProxy's names, in order.
    static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "auth2",
        "ftp", "ntp", "audit", "alert", "cron2", "local0", "local1", "local2", "local3", "local4",
        "local5", "local6", "local7",
    ]
}

/// What stands before a message on its line.
package enum LogLineFormat: String, Hashable, Sendable, BitwiseCopyable, CaseIterable {
    case rfc3164, rfc5424, local, iso, short, timed, priority, raw
}

extension LogTarget {
    /// The words after `log`: `<address> [len L] [format F] [sample R:S] <facility> [<level> [<minlevel>]]`.
    ///
    /// - Throws: What is wrong with them.
    package init(_ words: ArraySlice<String>) throws(RuleMistake) {
        var rest = words
        guard let place = rest.popFirst(), let address = try Self.address(place) else {
            throw RuleMistake("expects <address> and <facility> as arguments")
        }
        var made = LogTarget(address: address, facility: 0)
        while let keyword = rest.first, ["len", "format", "sample"].contains(keyword) {
            rest = rest.dropFirst()
            guard let value = rest.popFirst() else {
                throw RuleMistake("expects a value after '\(keyword)'")
            }
            switch keyword {
            case "len":
                guard let length = Int(value), (80...65_535).contains(length) else {
                    throw RuleMistake("invalid log length '\(value)', must be between 80 and 65535")
                }
                made.length = length
            case "format":
                guard let format = LogLineFormat(rawValue: value) else {
                    throw RuleMistake("unknown log format '\(value)'")
                }
                made.format = format
            default: try made.read(sample: value)
            }
        }
        guard let name = rest.popFirst() else {
            throw RuleMistake("expects <address> and <facility> as arguments")
        }
        guard let facility = Self.facilities.firstIndex(of: name) else {
            throw RuleMistake("unknown log facility '\(name)'")
        }
        made.facility = UInt8(facility)
        if let level = rest.popFirst() { made.level = try Self.level(level) }
        if let minimum = rest.popFirst() { made.minimum = try Self.level(minimum) }
        if let extra = rest.first {
            throw RuleMistake("cannot handle unexpected argument '\(extra)'")
        }
        self = made
    }

    private static func level(_ name: String) throws(RuleMistake) -> SyslogLevel {
        guard let level = SyslogLevel(named: name) else {
            throw RuleMistake("unknown optional log level '\(name)'")
        }
        return level
    }

    private static func address(_ text: String) throws(RuleMistake) -> Address? {
        switch text {
        case "stdout": return .descriptor(1)
        case "stderr": return .descriptor(2)
        default: break
        }
        if text.hasPrefix("fd@") { return Int32(text.dropFirst(3)).map { .descriptor($0) } }
        for prefix in ["unix@", "uxdg@"] where text.hasPrefix(prefix) {
            return .unix(String(text.dropFirst(prefix.count)))
        }
        if text.hasPrefix("/") { return .unix(text) }
        if text.hasPrefix("ring@") { return .ring(String(text.dropFirst(5))) }
        for prefix in ["tcp@", "tcp4@", "tcp6@", "uxst@", "backend@"]
        where text.hasPrefix(prefix) {
            throw RuleMistake("'\(prefix)' addresses of logs are not supported by apus-proxy")
        }
        var host = text
        for prefix in ["udp@", "udp4@", "udp6@", "ipv4@", "ipv6@"] where host.hasPrefix(prefix) {
            host.removeFirst(prefix.count)
        }
        if host == "localhost" || host.hasPrefix("localhost:") {
            host = "127.0.0.1" + host.dropFirst("localhost".count)
        }
        // Syslog's port where none is given.
        let spellings = host.contains(":") ? [host, "[\(host)]:514"] : ["\(host):514"]
        if let endpoint = spellings.lazy.compactMap({ Endpoint($0) }).first {
            return .inet(endpoint)
        }
        throw RuleMistake(
            "'\(text)' is no address of a log: apus-proxy takes IP addresses and paths"
        )
    }

    /// `1,4-6:10`.
    private mutating func read(sample text: String) throws(RuleMistake) {
        let halves = text.split(separator: ":").map(String.init)
        guard halves.count == 2, let size = Int(halves[1]), size > 0 else {
            throw RuleMistake("invalid sample '\(text)', expects <ranges>:<sample_size>")
        }
        for part in halves[0].split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
                1 <= low, low <= high, high <= size
            else { throw RuleMistake("invalid sample '\(text)': wrong range") }
            sample.append(low...high)
        }
        sampleSize = size
    }
}
