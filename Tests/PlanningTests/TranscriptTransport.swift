import Fleet
import Model
import Synchronization

/// A proxy that answers what stands in a transcript: `> COMMAND`, then the lines of its reply.
struct TranscriptTransport: RuntimeTransport {
    private let replies: [String: String]

    init(_ text: String) {
        var replies: [String: [Substring]] = [:]
        var command = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("> ") {
                command = String(line.dropFirst(2))
                replies[command] = []
            } else {
                replies[command]?.append(line)
            }
        }
        self.replies = replies.mapValues { $0.joined(separator: "\n") }
    }

    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection { TranscriptConnection(replies) }
}

/// Answers each line that arrives; a command that the transcript does not have gets an empty reply.
private final class TranscriptConnection: RuntimeConnection {
    private struct State {
        var input: [UInt8] = []
        var output: [UInt8] = []
    }

    private let replies: [String: String]
    private let state = Mutex(State())

    init(_ replies: [String: String]) { self.replies = replies }

    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        state.withLock { state in
            state.input += bytes
            while let end = state.input.firstIndex(of: 10) {
                let line = String(decoding: state.input[..<end], as: UTF8.self)
                state.input.removeSubrange(...end)
                var reply = replies[line] ?? ""
                while reply.last == "\n" { reply.removeLast() }
                state.output += "\(reply)\(reply.isEmpty ? "" : "\n")\n> ".utf8
            }
        }
    }

    func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
        let bytes = state.withLock { state in
            defer { state.output = [] }
            return state.output
        }
        guard !bytes.isEmpty else { throw .timedOut }
        return bytes
    }

    func close() async {}
}
