import Model
import Proxy
import RuntimeAPI
import Testing

/// A runtime service over a boot file, spoken to in command lines.
final class RuntimeFixture {
    /// A frontend, a backend of one checked and one disabled server, and an empty hashing backend.
    static let web = """
        frontend fe
         bind :80
         default_backend web
        backend web
         option httpchk
         default-server inter 1s fall 3 rise 2
         server web1 10.0.0.1:80 check weight 10
         server web2 10.0.0.2:80 disabled
        backend other
         balance uri
         hash-type consistent
        """

    let plane = FakeDataPlane()
    let service: RuntimeService
    var now = Milliseconds(0)

    /// `body` follows a usual `defaults` section; every map file holds `files`.
    init(
        _ body: String,
        files: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text =
            "global\n stats socket /run/x.sock level admin\n maxconn 2000\ndefaults\n mode http\n\(body)"
        let parsed = ConfigParser.parse(files: [(name: "boot.cfg", text: text)], environment: [:]) {
            files[$0]
        }
        let configuration = try #require(
            parsed.configuration,
            "\(parsed.diagnostics.map(\.description))",
            sourceLocation: sourceLocation
        )
        let identity = ProcessIdentity(pid: 42, startTime: 1_700_000_000, node: "test", threads: 2)
        service = RuntimeService(configuration: configuration, plane: plane, identity: identity)
    }

    /// Runs one line as an administrator; severity as `set severity-output number` shows it.
    @discardableResult
    func run(
        _ line: String,
        payload: String? = nil,
        level: AccessLevel = .admin,
        session: UInt64 = 0
    ) -> String {
        let reply: RuntimeReply
        do throws(RuntimeSyntaxError) {
            let words = line.split(separator: " ").map(String.init)
            let command = try RuntimeCommand.parse(words, hasPayload: payload != nil, level: level)
            let execution = service.execute(
                command,
                payload: payload,
                level: level,
                now: now,
                session: session
            )
            switch execution {
            case .reply(let answer): reply = answer
            case .pending: return "(pending)"
            }
            service.publishIfNeeded()
        } catch {
            reply = error.reply
        }
        return reply.severity.map { "[\($0.rawValue)] \(reply.text)" } ?? reply.text
    }

    /// The row of one server in `show servers state`.
    func state(_ path: String) throws -> ServerStateRow {
        let table = try ServerStateTable.parse(run("show servers state"))
        return try #require(table.rows.first { "\($0.backendName)/\($0.serverName)" == path })
    }

    /// The row of one server in `show stat`.
    func stat(_ path: String) throws -> StatRow {
        let table = try StatTable.parse(run("show stat"))
        return try #require(
            table.rows.first { row in
                row.text(.proxyName).flatMap { proxy in
                    row.text(.serverName).map { "\(proxy)/\($0)" }
                } == path
            }
        )
    }

    /// Gives one check's result to every server that is checked now.
    func check(_ status: CheckResult.Status) {
        for target in service.checkTargets {
            _ = service.record(
                CheckResult(status, duration: Milliseconds(1)),
                for: target.id,
                now: now
            )
        }
        service.publishIfNeeded()
    }
}
