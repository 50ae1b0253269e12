/// One worker's log lines: gathered during a turn of its loop, sent at its end, never waited for.
///
/// A line that a sink does not take at once is dropped and counted.
struct LogWriter: ~Copyable {
    /// What identifies the sender of a line.
    struct Sender {
        var hostname = ""
        var tag = "apus-proxy"
        var pid = 0
        /// `log-send-hostname`: RFC 3164 lines name the machine.
        var sendsHostname = false
    }

    private var sinks: [LogSink] = []
    private var buffer = ScratchBuffer(capacity: 131_072)
    private var line = Arena(capacity: 66_560)
    private var zone: (quarter: Int64, offset: Int64) = (-1, 0)
    /// Lines that no sink took.
    private(set) var dropped = 0

    deinit {
        buffer.free()
        line.free()
        for sink in sinks { sink.close() }
    }

    /// Opens every target; one that cannot be opened is tried again while lines come.
    mutating func open(_ targets: [LogTarget], as sender: Sender, rings: [LogRing] = []) {
        sinks = targets.map { LogSink($0, sender: sender, rings: rings) }
    }

    var isEmpty: Bool { sinks.isEmpty }

    /// Adds a message for a target; `microseconds` since 1970 is when it was made.
    mutating func write(
        _ message: ByteSlice,
        to target: Int,
        level: SyslogLevel,
        at microseconds: Int64
    ) {
        guard sinks[target].wants(level) else { return }
        if zone.quarter != microseconds / 900_000_000 {
            let seconds = microseconds / 1_000_000
            zone = (microseconds / 900_000_000, WallClock.localOffset(at: seconds))
        }
        line.reset()
        sinks[target].appendHeader(level, at: microseconds, offset: zone.offset, to: &line)
        let room = max(0, sinks[target].length - line.count - 1)
        line.append(message.prefix(min(room, message.count)))
        line.append("\n")
        if buffer.room < line.count { flush() }
        sinks[target].note(from: buffer.count, count: line.count)
        buffer.append(line.slice(from: 0))
        if sinks[target].isFull { flush() }
    }

    /// Sends what was gathered.
    mutating func flush() {
        guard buffer.count > 0 else { return }
        let bytes = buffer.bytes
        for index in sinks.indices { dropped += sinks[index].send(from: bytes) }
        buffer.clear()
    }
}
