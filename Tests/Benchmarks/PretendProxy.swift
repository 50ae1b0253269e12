import Model
import RuntimeAPI

/// The Runtime API of one proxy without traffic: as much of it as `apus` asks, in HAProxy's words.
final class PretendProxy {
    /// Which program it passes for.
    enum Program: String {
        case haproxy
        case apusProxy = "apus-proxy"
    }

    private struct Server {
        let name: String
        let id: Int
        let host: String
        let port: Int
        var weight = 1
        var maxconn = 0
        var guid: String?
        var admin = AdminState.maint

        var digest: UInt64 {
            var hasher = StableHash()
            hasher.combine(name)
            for number in [id, port, weight, maxconn] { hasher.combine(String(number)) }
            hasher.combine(host)
            hasher.combine(guid ?? "")
            hasher.combine(admin.rawValue)
            return hasher.value
        }
    }

    /// Proxies that run the same print the same: what was printed last, by digest.
    final class Prints {
        fileprivate var texts: [String: (digest: UInt64, text: String)] = [:]
    }

    static let backend = "app"
    private static let counters =
        StatField.allCases.filter { $0.rawValue > StatField.bck.rawValue && $0.isCounter }

    private let program: Program
    private let number: Int
    private let prints: Prints
    private var servers: [Server] = []
    private var places: [String: Int] = [:]
    private var digest: UInt64 = 0
    private var queued: [RuntimeCommand]?
    private(set) var commands = 0
    /// Connections so far.
    var connections = 0

    init(_ program: Program, number: Int, servers count: Int, prints: Prints) {
        self.program = program
        self.number = number
        self.prints = prints
        for server in 0..<count {
            var server = Server(
                name: "s\(server)",
                id: server + 1,
                host: Self.host(server),
                port: 8080
            )
            server.admin = .ready
            server.weight = 100
            append(server)
        }
    }

    /// The address of the server of this number.
    static func host(_ number: Int) -> String { "10.1.\(number / 250).\(number % 250 + 1)" }

    /// The reply to one command.
    func execute(_ command: RuntimeCommand) -> RuntimeReply {
        commands += 1
        switch command {
        case .showInfo: return RuntimeReply(text: info)
        case .showBackend: return RuntimeReply(text: "# name\n\(Self.backend)\n")
        case .showServersState: return RuntimeReply(text: print("state") { state })
        case .showStat: return RuntimeReply(text: print("stat") { stat })
        case .showServersConfig: return RuntimeReply(text: print("config") { config })
        case .dumpStatsFile: return RuntimeReply(text: print("guids") { guids })
        case .showServersConn: return RuntimeReply(text: "# bkname/svname\n")
        case .showStateDigest(let proxy): return RuntimeReply(text: digests(whole: proxy == nil))
        case .begin:
            queued = []
            return .init(severity: .info, text: "Transaction started.")
        case .commit: return commit()
        default:
            guard queued == nil else {
                queued?.append(command)
                return .init(severity: .info, text: "Queued.")
            }
            return change(command)
        }
    }

    private func commit() -> RuntimeReply {
        let steps = queued ?? []
        queued = nil
        for step in steps {
            let reply = change(step)
            if reply.severity == .error { return reply }
        }
        return .init(severity: .info, text: "Transaction committed: \(steps.count) commands.")
    }

    private func change(_ command: RuntimeCommand) -> RuntimeReply {
        switch command {
        case .addServer(let reference, let address, let arguments):
            guard places[reference.server] == nil else {
                return .init(severity: .error, text: "Already exists a server with the same name.")
            }
            guard let server = Self.server(reference.server, address, arguments) else {
                return .init(severity: .error, text: "unknown argument")
            }
            append(server)
            return .init(severity: .info, text: "New server registered.")
        case .setServerState(let reference, let state):
            return change(reference) { $0.admin = state }
        case .enableServer(let reference): return change(reference) { $0.admin = .ready }
        case .disableServer(let reference): return change(reference) { $0.admin = .maint }
        case .setServerWeight(let reference, .absolute(let weight)):
            return change(reference) { $0.weight = weight }
        case .deleteServer(let reference):
            guard let place = places[reference.server] else {
                return .init(severity: .error, text: "No such server.")
            }
            digest &-= servers[place].digest
            servers.remove(at: place)
            places = [:]
            for (place, server) in servers.enumerated() { places[server.name] = place }
            return .init(severity: .info, text: "Server deleted.")
        default: return .init(severity: .error, text: "Unknown command.")
        }
    }

    private func change(_ reference: ServerReference, _ body: (inout Server) -> Void)
        -> RuntimeReply
    {
        guard let place = places[reference.server] else {
            return .init(severity: .error, text: "No such server.")
        }
        digest &-= servers[place].digest
        body(&servers[place])
        digest &+= servers[place].digest
        return RuntimeReply()
    }

    private func append(_ server: Server) {
        places[server.name] = servers.count
        servers.append(server)
        digest &+= server.digest
    }

    private static func server(_ name: String, _ address: String, _ arguments: [String])
        -> Server?
    {
        guard let colon = address.lastIndex(of: ":"),
            let port = Int(address[address.index(after: colon)...])
        else { return nil }
        var values: [String: String] = [:]
        for index in stride(from: 0, to: arguments.count - 1, by: 2) {
            values[arguments[index]] = arguments[index + 1]
        }
        var server = Server(
            name: name,
            id: values["id"].flatMap { Int($0) } ?? 0,
            host: String(address[..<colon]),
            port: port
        )
        server.weight = values["weight"].flatMap { Int($0) } ?? 1
        server.maxconn = values["maxconn"].flatMap { Int($0) } ?? 0
        server.guid = values["guid"]
        return server
    }

    // MARK: Tables

    private func print(_ name: String, _ make: () -> String) -> String {
        if let known = prints.texts[name], known.digest == digest { return known.text }
        let text = make()
        prints.texts[name] = (digest, text)
        return text
    }

    private var info: String {
        let (name, version) =
            program == .haproxy ? ("HAProxy", "2.6.12-1+deb12u2") : ("apus-proxy", "3.2.0-apus")
        let head = "Name: \(name)\nVersion: \(version)\nPid: \(1000 + number)\nStart_time_sec: 7\n"
        let features = program == .haproxy ? "" : "Features: show-state-digest,transactions\n"
        // As long as HAProxy's.
        let rest = (0..<64).map { "Counter_\($0)_total: \($0 * 12_345)\n" }.joined()
        return head + features + "Stopping: 0\nCumConns: \(connections)\n" + rest
    }

    private var state: String {
        let rows = servers.map { server in
            var row = ServerStateRow(
                backendID: 3,
                backendName: Self.backend,
                serverID: server.id,
                serverName: server.name
            )
            row.address = server.host
            row.port = server.port
            row.operationalState = server.admin == .maint ? 0 : 2
            row.adminBits = server.admin == .maint ? 1 : server.admin == .drain ? 8 : 0
            row.userWeight = server.weight
            row.initialWeight = server.weight
            row.timeSinceChange = 1234
            return row
        }
        return ServerStateTable(rows: rows).text
    }

    private var stat: String {
        let rows = servers.map { server in
            var row = StatRow()
            row.append(.proxyName, .text(Self.backend))
            row.append(.serverName, .text(server.name))
            for field: StatField in [.qcur, .qmax, .scur, .smax] { row.append(field, .number(0)) }
            if server.maxconn > 0 { row.append(.slim, .number(server.maxconn)) }
            for field: StatField in [.stot, .bin, .bout] { row.append(field, .number(123_456)) }
            row.append(.status, .text(server.admin == .ready ? "no check" : "MAINT"))
            row.append(.weight, .number(server.weight))
            row.append(.act, .number(1))
            row.append(.bck, .number(0))
            for field in Self.counters { row.append(field, .number(0)) }
            return row
        }
        return StatTable(rows: rows).text(.plain)
    }

    private var config: String {
        ServerConfigTable(
            rows: servers.map { server in
                ServerConfigRow(
                    server: ServerReference(backend: Self.backend, server: server.name),
                    id: server.id,
                    address: "\(server.host):\(server.port)",
                    arguments: server.guid.map { ["guid", $0] } ?? []
                )
            }
        ).text
    }

    private var guids: String {
        let rows = servers.compactMap(\.guid).map { [$0, "0", "0", "0"] }
        return StatsFile(
            sections: [
                StatsFileSection(kind: "be", columns: ["guid", "stot", "bin", "bout"], rows: rows)
            ]
        ).text
    }

    private func digests(whole: Bool) -> String {
        var rows = [StateDigestRow(kind: .process, name: "-", digest: digest)]
        if whole { rows.append(StateDigestRow(kind: .backend, name: Self.backend, digest: digest)) }
        return StateDigestTable(rows: rows).text
    }
}

extension StatField {
    /// Columns that HAProxy 2.6 fills for every server.
    fileprivate var isCounter: Bool {
        let others: Set<StatField> = [
            .throttle, .tracked, .rateLim, .checkStatus, .checkCode, .checkDuration, .hanafail,
            .lastChk, .lastAgt, .agentStatus, .agentCode, .agentDuration, .checkDesc, .agentDesc,
            .checkRise, .checkFall, .checkHealth, .agentRise, .agentFall, .agentHealth, .addr,
            .cookie, .mode, .algo,
        ]
        return rawValue < StatField.uweight.rawValue && !others.contains(self)
    }
}
