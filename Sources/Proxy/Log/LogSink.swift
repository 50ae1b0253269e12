import Model

/// One open target of log lines, with the lines of this turn that wait for it.
struct LogSink {
    /// Where lines go.
    private enum Output {
        case socket(LogSocket)
        case ring(LogRing)
    }

    private let target: LogTarget
    private let hostname: RawText
    /// `tag[pid]: ` or `tag pid - - `, as the format has it.
    private let identity: RawText
    private let output: Output
    private var position = 0
    private var lines: [Range<Int>] = []
    let length: Int

    /// A ring decides about the form of its lines itself, as in HAProxy.
    init(_ target: LogTarget, sender: LogWriter.Sender, rings: [LogRing]) {
        var target = target
        if case .ring(let name) = target.address {
            guard let ring = rings.first(where: { $0.configuration.name == name }) else {
                preconditionFailure("the configuration names a ring that is not there")
            }
            output = .ring(ring)
            target.format = ring.configuration.format
            target.length = ring.configuration.maxlen
        } else {
            output = .socket(LogSocket(target.address))
        }
        self.target = target
        length = target.length
        let host = sender.hostname.isEmpty ? "localhost" : sender.hostname
        switch target.format {
        case .rfc5424:
            hostname = .make("\(host) ")
            identity = .make("\(sender.tag) \(sender.pid) - - ")
        case .rfc3164, .iso:
            hostname = .make(sender.sendsHostname ? "\(host) " : "")
            identity = .make("\(sender.tag)[\(sender.pid)]: ")
        case .local:
            hostname = .empty
            identity = .make("\(sender.tag)[\(sender.pid)]: ")
        case .short, .timed, .priority, .raw:
            hostname = .empty
            identity = .empty
        }
    }

    func close() {
        hostname.free()
        identity.free()
        if case .socket(let socket) = output { socket.close() }
    }

    /// More lines than one call of the kernel takes.
    var isFull: Bool { lines.count >= LogSocket.batch }

    /// Whether a message of this severity is sent, the sample taken into account.
    mutating func wants(_ level: SyslogLevel) -> Bool {
        guard level.rawValue <= target.level.rawValue else { return false }
        guard target.sampleSize > 0 else { return true }
        position = position % target.sampleSize + 1
        return target.sample.contains { $0.contains(position) }
    }

    /// What stands before the message.
    func appendHeader(
        _ level: SyslogLevel,
        at microseconds: Int64,
        offset: Int64,
        to line: inout Arena
    ) {
        let severity = max(level.rawValue, target.minimum.rawValue)
        let seconds = microseconds / 1_000_000
        if target.format == .raw { return }
        line.append("<")
        if target.format == .short || target.format == .timed {
            line.append(decimal: Int64(severity))
        } else {
            line.append(decimal: Int64(target.facility) * 8 + Int64(severity))
        }
        line.append(">")
        switch target.format {
        case .rfc3164, .local:
            LogDate.appendSyslog(seconds + offset, to: &line)
            line.append(" ")
        case .rfc5424:
            line.append("1 ")
            LogDate.appendISO(seconds, microseconds: nil, offset: offset, to: &line)
            line.append(" ")
        case .iso, .timed:
            LogDate.appendISO(
                seconds,
                microseconds: microseconds % 1_000_000,
                offset: offset,
                to: &line
            )
            line.append(" ")
        case .short, .priority, .raw: break
        }
        line.append(hostname.slice)
        line.append(identity.slice)
    }

    /// A line of this sink lies in the writer's buffer.
    mutating func note(from start: Int, count: Int) {
        lines.append(start..<start + count)
    }

    /// Sends its lines; how many were not taken.
    mutating func send(from bytes: ByteSlice) -> Int {
        guard !lines.isEmpty else { return 0 }
        defer { lines.removeAll(keepingCapacity: true) }
        switch output {
        case .socket(let socket): return lines.count - socket.send(lines, of: bytes)
        case .ring(let ring): return lines.count - ring.append(lines.map { bytes[$0].array })
        }
    }
}
