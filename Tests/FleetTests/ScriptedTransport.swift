import Fleet
import Model
import RuntimeAPI
import Synchronization

/// A proxy that says what a test tells it to say, without sockets.
final class ScriptedTransport: RuntimeTransport {
    /// What happens on a command.
    enum Answer: Sendable {
        case reply(String)
        /// Never answers.
        case hang
        /// Sends the beginning of a reply and closes.
        case cut(String)
    }

    private struct State {
        var commands: [String] = []
        var connections = 0
        var closed = 0
    }

    private let state = Mutex(State())
    private let refusal: TransportError?
    private let answer: @Sendable (_ command: String, _ count: Int) -> Answer?

    /// `answer` is asked first, with how often the command came before; nil leaves it to the defaults.
    init(
        refusal: TransportError? = nil,
        answer: @escaping @Sendable (_ command: String, _ count: Int) -> Answer? = { _, _ in nil }
    ) {
        self.refusal = refusal
        self.answer = answer
    }

    /// Commands received, without those that open a session or look.
    var writes: [String] {
        state.withLock { $0.commands }.filter { command in
            !["show ", "help", "prompt", "set severity-output", "dump "].contains {
                command.hasPrefix($0)
            }
        }
    }

    var commands: [String] { state.withLock { $0.commands } }
    var connections: Int { state.withLock { $0.connections } }
    var closed: Int { state.withLock { $0.closed } }

    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        if let refusal { throw refusal }
        state.withLock { $0.connections += 1 }
        return ScriptedConnection(transport: self)
    }

    fileprivate func close() { state.withLock { $0.closed += 1 } }

    fileprivate func respond(to command: String) -> Answer {
        let count = state.withLock { state in
            defer { state.commands.append(command) }
            return state.commands.count { $0 == command }
        }
        return answer(command, count) ?? .reply(Self.standard(command))
    }

    private static func standard(_ command: String) -> String {
        switch command {
        case "show info":
            return "Name: HAProxy\nVersion: 2.6.12\nPid: 7\nStart_time_sec: 1\nStopping: 0"
        case "show backend": return "# name\nshop"
        case let text where text.hasPrefix("show servers state"): return Script.states([])
        case let text where text.hasPrefix("show servers conn"): return Script.connections([])
        case let text where text.hasPrefix("show stat"): return "# pxname,svname,scur,slim,bck,"
        case let text where text.hasPrefix("add server"): return "[6]: New server registered."
        case let text where text.hasPrefix("del server"): return "[6]: Server deleted."
        default: return ""
        }
    }
}

/// Tables in the words of HAProxy 2.6.
enum Script {
    static func states(_ rows: [String]) -> String {
        let header =
            "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
            + "srv_iweight srv_time_since_last_change srv_check_status srv_check_result "
            + "srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id "
            + "srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
            + "srv_agent_addr srv_agent_port"
        return (["1", header] + rows).joined(separator: "\n")
    }

    /// One unchecked or checked server of backend `shop`, at 10.0.0.1:80.
    static func row(
        _ name: String,
        admin: Int = 0,
        operational: Int = 2,
        weight: Int = 1,
        result: Int = 0,
        checks: Int = 0,
        since: Int = 5,
        address: String = "10.0.0.1"
    ) -> String {
        "3 shop 1 \(name) \(address) \(operational) \(admin) \(weight) 1 \(since) 1 \(result) 0 \(checks) "
            + "0 0 0 - 80 - 0 0 - - 0"
    }

    static func connections(_ used: [(String, Int)]) -> String {
        let header =
            "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb "
            + "safe_nb idle_lim idle_cur idle_per_thr[1]"
        let rows = used.map { "shop/\($0.0) 3/1 10.0.0.1 80 - 5000 \($0.1) 1 0 0 0 -1 0 0" }
        return ([header] + rows).joined(separator: "\n")
    }
}

private final class ScriptedConnection: RuntimeConnection {
    private struct State {
        var input: [UInt8] = []
        var payloadOf: String?
        var output: [UInt8] = []
        var isCut = false
        var isHanging = false
    }

    private let state = Mutex(State())
    private let transport: ScriptedTransport

    init(transport: ScriptedTransport) { self.transport = transport }

    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        state.withLock { state in
            state.input += bytes
            while let end = state.input.firstIndex(of: 10), !state.isCut, !state.isHanging {
                let line = String(decoding: state.input[..<end], as: UTF8.self)
                state.input.removeSubrange(...end)
                read(line, &state)
            }
        }
    }

    private func read(_ line: String, _ state: inout State) {
        if let command = state.payloadOf {
            if line.isEmpty {
                state.payloadOf = nil
                answer(command, &state)
            } else {
                state.payloadOf = "\(command)|\(line)"
            }
        } else if line.hasSuffix(" <<") {
            state.payloadOf = String(line.dropLast(3))
        } else {
            answer(line, &state)
        }
    }

    private func answer(_ command: String, _ state: inout State) {
        switch transport.respond(to: command) {
        case .reply(let text): state.output += "\(text)\(text.isEmpty ? "" : "\n")\n> ".utf8
        case .hang: state.isHanging = true
        case .cut(let text):
            state.output += text.utf8
            state.isCut = true
        }
    }

    func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
        let result: [UInt8]? = state.withLock { state in
            defer { state.output = [] }
            if !state.output.isEmpty { return state.output }
            return state.isCut ? [] : nil
        }
        guard let result else { throw .timedOut }
        return result
    }

    func close() async { transport.close() }
}
