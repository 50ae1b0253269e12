import FoundationEssentials
import Model
import Planning
import Synchronization

@testable import Controller

/// Values that tests of the controller start from.
enum Fixture {
    static let revision = Revision(
        commit: "4f2a91c0de4f2a91c0de4f2a91c0de4f2a91c0de",
        tree: "aa",
        summary: "shop: one more server",
        author: "Ada <ada@example.com>"
    )
    static let older = Revision(commit: "0123456789012345678901234567890123456789", tree: "bb")

    static let edge: FleetName = {
        guard let name = try? FleetName("edge") else { preconditionFailure("not a name") }
        return name
    }()

    static func at(_ line: Int) -> Origin { Origin(file: "shop.yaml", line: line, column: 5) }

    static func path(_ server: String) throws -> ServerPath {
        ServerPath(try BackendName("shop"), try ServerName(server))
    }

    static func fleet(servers: [String] = ["s1"], map: [String: String] = [:]) throws
        -> DesiredFleet
    {
        let servers = try servers.map { name in
            DesiredServer(
                name: try ServerName(name),
                endpoint: .ipv4(IPv4Address(bits: 0x7f00_0001), port: 8080),
                origin: at(9)
            )
        }
        let backend = DesiredBackend(
            name: try BackendName("shop"),
            document: "shop",
            servers: servers,
            origin: at(3)
        )
        let entries = map.sorted { $0.key < $1.key }.map {
            DesiredMapEntry(key: $0.key, value: $0.value, origin: at(20))
        }
        let maps = [
            DesiredMap(name: try PatternFileName("hosts.map"), entries: entries, origin: at(19))
        ]
        return DesiredFleet(
            name: try FleetName("edge"),
            proxies: [try target("lb1"), try target("lb2")],
            backends: [backend],
            maps: map.isEmpty ? [] : maps,
            origin: at(1)
        )
    }

    static func target(_ name: String) throws -> ProxyTarget {
        ProxyTarget(name: try ProxyName(name), runtime: .unix("run/\(name).sock"))
    }

    /// A state file in memory; `now` is milliseconds since 1970.
    static func database(now: @escaping @Sendable () -> Int = { 1_764_000_000_000 }) throws
        -> StateDatabase
    {
        try StateDatabase(inMemory: "test", now: now)
    }

    static func plan(steps: Int = 1) throws -> Plan {
        let path = try path("s1")
        let steps = (0..<steps).map { Step(id: $0 + 1, change: .enableHealth(path), origin: at(9)) }
        let proxies = try ["lb1", "lb2"].map { name in
            ProxyPlan(
                proxy: try ProxyName(name),
                incarnation: Incarnation(pid: 7, startTime: 1_700_000_000),
                base: "abc",
                steps: steps
            )
        }
        return Plan(revision: revision, fleet: try FleetName("edge"), proxies: proxies)
    }
}

/// What a command printed.
final class Transcript: Sendable {
    private struct Text {
        var out = ""
        var err = ""
    }

    private let text = Mutex(Text())

    var out: String { text.withLock(\.out) }
    var err: String { text.withLock(\.err) }

    /// A console that writes here; `answers` are typed by nobody when nil.
    func console(
        answer: String? = nil,
        columns: Int = 80,
        errIsTerminal: Bool = false
    ) -> Console {
        let out: @Sendable (String) -> Void = { [self] part in text.withLock { $0.out += part } }
        let err: @Sendable (String) -> Void = { [self] part in text.withLock { $0.err += part } }
        guard let answer else {
            return Console(out: out, err: err, columns: columns, errIsTerminal: errIsTerminal)
        }
        return Console(out: out, err: err, ask: { answer }, columns: columns)
    }
}

/// A folder that is gone after the test.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // Short, because a unix socket's path has at most 107 bytes.
        path = "/tmp/apus-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A file beside the tests.
func golden(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name)")
}
