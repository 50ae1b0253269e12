import Fleet
import Model
import Synchronization

/// Proxies without sockets that keep servers and maps, in the words of HAProxy 2.6.
final class PretendFleet: RuntimeTransport {
    /// One server as the proxy holds it.
    struct Server: Hashable {
        var id: Int
        var address: String
        var port: String
        var weight = 1
        /// `srv_admin_state`: 1 is forced maintenance, 8 forced drain.
        var admin = 1
    }

    /// One proxy.
    struct Proxy {
        var pid = 100
        var isDown = false
        /// A server that nothing can be done with.
        var refused: String?
        /// Answers an error to everything that changes something.
        var isReadOnly = false
        var servers: [String: Server] = [:]
        var map: [(key: String, value: String)] = []
        /// Commands that change something.
        var writes: [String] = []
        var connections = 0
    }

    private let proxies: Mutex<[String: Proxy]>

    init(_ names: [String]) {
        proxies = Mutex(Dictionary(uniqueKeysWithValues: names.map { ("run/\($0).sock", Proxy()) }))
    }

    subscript(name: String) -> Proxy {
        proxies.withLock { $0["run/\(name).sock"] ?? Proxy() }
    }

    /// What a hand on the socket, a crash or a restart does.
    func change(_ name: String, _ body: (inout Proxy) -> Void) {
        proxies.withLock { proxies in
            var proxy = proxies["run/\(name).sock"] ?? Proxy()
            body(&proxy)
            proxies["run/\(name).sock"] = proxy
        }
    }

    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        guard case .unix(let path) = address else { throw .absent }
        // Worktrees name sockets by absolute or relative paths; the last two parts tell them apart.
        let key = path.split(separator: "/").suffix(2).joined(separator: "/")
        let isUp = proxies.withLock { proxies in
            proxies[key]?.connections += 1
            return proxies[key].map { !$0.isDown } ?? false
        }
        guard isUp else { throw .refused }
        return PretendConnection { [self] command in
            proxies.withLock { $0[key]?.answer(command) ?? "" }
        }
    }
}

extension PretendFleet.Proxy {
    fileprivate mutating func answer(_ command: String) -> String {
        let words = command.split(separator: " ").map(String.init)
        switch words.prefix(2).joined(separator: " ") {
        case "show info":
            return
                "Name: HAProxy\nVersion: 2.6.12\nPid: \(pid)\nStart_time_sec: \(pid)\nStopping: 0"
        case "show backend": return "# name\nshop"
        case "show servers": return words[2] == "state" ? state : connectionTable
        case "show stat": return "# pxname,svname,scur,slim,bck,"
        case "show map":
            return map.enumerated().map { "0x\($0.offset) \($0.element.key) \($0.element.value)" }
                .joined(separator: "\n")
        default: break
        }
        guard ["add", "del", "set", "enable", "clear"].contains(words.first),
            words[1] != "severity-output"
        else { return "" }
        writes.append(command)
        return isReadOnly || refused.map { command.contains("/\($0) ") } ?? false
            ? "[3]: Not today, says the test." : write(words)
    }

    private mutating func write(_ words: [String]) -> String {
        let server = words[2].split(separator: "/").last.map(String.init) ?? ""
        switch (words[0], words[1]) {
        case ("add", "server"):
            let address = words[3].split(separator: ":").map(String.init)
            var new = PretendFleet.Server(id: 1, address: address[0], port: address[1])
            if let at = words.firstIndex(of: "id") { new.id = Int(words[at + 1]) ?? 0 }
            if let at = words.firstIndex(of: "weight") { new.weight = Int(words[at + 1]) ?? 0 }
            servers[server] = new
            return "[6]: New server registered."
        case ("del", "server"):
            servers[server] = nil
            return "[6]: Server deleted."
        case ("set", "server") where words[3] == "weight":
            servers[server]?.weight = Int(words[4]) ?? 0
        case ("set", "server") where words[3] == "state":
            servers[server]?.admin = ["ready": 0, "drain": 8, "maint": 1][words[4]] ?? 0
        case ("add", "map"): map.append((key: words[3], value: words[4]))
        case ("del", "map"): map.removeAll { $0.key == words[3] }
        case ("set", "map"):
            for index in map.indices where map[index].key == words[3] {
                map[index].value = words[4]
            }
        default: break
        }
        return ""
    }

    private var state: String {
        let header =
            "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
            + "srv_iweight srv_time_since_last_change srv_check_status srv_check_result "
            + "srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id "
            + "srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
            + "srv_agent_addr srv_agent_port"
        let rows = servers.sorted { $0.key < $1.key }.map { name, server in
            "3 shop \(server.id) \(name) \(server.address) 2 \(server.admin) \(server.weight) \(server.weight) "
                + "5 1 0 0 0 0 0 0 - \(server.port) - 0 0 - - 0"
        }
        return (["1", header] + rows).joined(separator: "\n")
    }

    private var connectionTable: String {
        let header =
            "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb "
            + "safe_nb idle_lim idle_cur idle_per_thr[1]"
        let rows = servers.sorted { $0.key < $1.key }.map { name, server in
            "shop/\(name) 3/\(server.id) \(server.address) \(server.port) - 5000 0 1 0 0 0 -1 0 0"
        }
        return ([header] + rows).joined(separator: "\n")
    }
}

/// One session in `prompt` mode.
private final class PretendConnection: RuntimeConnection {
    private struct State {
        var input: [UInt8] = []
        var output: [UInt8] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (String) -> String

    init(answer: @escaping @Sendable (String) -> String) { self.answer = answer }

    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        state.withLock { state in
            state.input += bytes
            while let end = state.input.firstIndex(of: 10) {
                let line = String(decoding: state.input[..<end], as: UTF8.self)
                state.input.removeSubrange(...end)
                let text = answer(line)
                state.output += "\(text)\(text.isEmpty ? "" : "\n")\n> ".utf8
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
