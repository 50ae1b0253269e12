import Model
import RuntimeAPI
import Simulation
import Testing

@testable import Proxy

@Suite struct RuntimeTransactionTests {
    private static let boot = """
        frontend fe
         bind :80
         use_backend %[path,map(r.map)]
         default_backend web
        backend web
         server web1 10.0.0.1:80 check weight 10
         server web2 10.0.0.2:80 disabled
        backend other
         balance uri
         hash-type consistent
        """

    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture("defaults base\n mode http\n" + Self.boot, files: ["r.map": "/a web\n"])
    }

    @Test func `nothing is seen before the commit, everything after it, in one snapshot`() throws {
        let fixture = try fixture()
        let publishes = fixture.plane.publishes
        #expect(fixture.run("begin") == "[6] Transaction started.")
        #expect(fixture.run("add server other/a 10.0.0.9:80") == "[6] Queued.")
        #expect(fixture.run("enable server other/a") == "[6] Queued.")
        #expect(fixture.run("set map r.map /a other") == "[6] Queued.")
        #expect(fixture.run("get weight other/a") == "[3] No such server.")
        #expect(fixture.plane.publishes == publishes)
        #expect(fixture.run("commit") == "[6] Transaction committed: 3 commands.")
        #expect(fixture.plane.publishes == publishes + 1)
        #expect(fixture.plane.slots(ofBackend: 1) == [2])
        #expect(fixture.run("show map r.map").hasSuffix("/a other\n"))
    }

    @Test func `one refused command takes everything back`() throws {
        let fixture = try fixture()
        let before = everything(fixture)
        fixture.run("begin")
        for line in [
            "set server web/web1 state maint", "set server web/web1 addr 10.0.0.7 port 81",
            "set weight web/web1 50%", "del server web/web2", "add server web/web2 10.0.0.3:80",
            "add server other/a 10.0.0.9:80 id 7 guid g", "set map r.map /a other",
            "add map r.map /b web", "prepare map r.map", "add server nope/x 1.2.3.4:80",
        ] {
            #expect(fixture.run(line) == "[6] Queued.")
        }
        #expect(
            fixture.run("commit")
                == "[3] Transaction rolled back: command 10 of 10, 'add server nope/x 1.2.3.4:80': No such backend."
        )
        #expect(everything(fixture) == before)
        #expect(fixture.run("add server other/a 10.0.0.9:80 id 7 guid g").hasPrefix("[6]"))
    }

    @Test func `a command that makes no sense spoils the transaction`() throws {
        let fixture = try fixture()
        fixture.run("begin")
        #expect(fixture.run("set weight web/web1 x").hasPrefix("[3] Empty weight"))
        #expect(fixture.run("set weight web/web1 5").hasPrefix("[3] Transaction cannot be"))
        #expect(fixture.run("commit").hasPrefix("[3] Transaction rolled back: 'set weight"))
        #expect(fixture.run("get weight web/web1") == "10 (initial 10)")
        #expect(fixture.run("commit") == "[3] No transaction was begun in this session.")
    }

    @Test func `others may look, but not change what a transaction names`() throws {
        let fixture = try fixture()
        fixture.run("begin", session: 1)
        fixture.run("set weight web/web1 5", session: 1)
        fixture.run("set map r.map /a other", session: 1)
        let refusal = "[3] Server web/web1 is part of another session's transaction."
        #expect(fixture.run("set weight web/#1 6", session: 2) == refusal)
        #expect(fixture.run("get weight web/web1", session: 2) == "10 (initial 10)")
        #expect(fixture.run("set weight web/web2 6", session: 2) == "")
        #expect(
            fixture.run("del map r.map /a", session: 2)
                == "[3] Map r.map is part of another session's transaction."
        )
        fixture.run("begin", session: 2)
        #expect(fixture.run("disable server web/web1", session: 2) == refusal)
        #expect(fixture.run("commit", session: 2).hasPrefix("[3] Transaction rolled back"))
        #expect(fixture.run("commit", session: 1) == "[6] Transaction committed: 2 commands.")
        #expect(fixture.run("set weight web/web1 6", session: 2) == "")
    }

    @Test func `a transaction ends with its time, its session or a rollback`() throws {
        let fixture = try fixture()
        fixture.run("begin 5s", session: 1)
        fixture.run("set weight web/web1 5", session: 1)
        fixture.now = Milliseconds(5000)
        #expect(fixture.run("set weight web/web1 6", session: 2) == "")
        #expect(
            fixture.run("commit", session: 1) == "[3] Transaction rolled back: its time is over."
        )
        fixture.run("begin", session: 1)
        fixture.run("set weight web/web1 7", session: 1)
        fixture.service.endSession(1)
        #expect(fixture.run("set weight web/web1 8", session: 2) == "")
        fixture.run("begin")
        #expect(fixture.run("begin") == "[3] A transaction was already begun in this session.")
        fixture.run("set weight web/web1 9")
        #expect(fixture.run("wait 1").hasPrefix("[3] 'wait' is not possible"))
        #expect(fixture.run("rollback") == "[6] Transaction rolled back: 0 commands.")
        #expect(fixture.run("get weight web/web1") == "8 (initial 10)")
        #expect(fixture.run("begin", level: .operator) == "[3] Permission denied")
    }

    @Test(arguments: Seed.runs)
    func `taking back any commands leaves everything as it was`(seed: Seed) throws {
        var generator = seed.generator
        let fixture = try fixture()
        for line in Self.lines(&generator) { fixture.run(line) }
        let before = everything(fixture)
        fixture.run("begin")
        for line in Self.lines(&generator) { fixture.run(line) }
        fixture.run("del map r.map nobody-has-this")
        #expect(fixture.run("commit").hasPrefix("[3] Transaction rolled back"))
        #expect(everything(fixture) == before)
    }

    private static func lines(_ generator: inout SeededGenerator) -> [String] {
        (0..<Int.random(in: 1...8, using: &generator)).map { _ in
            let backend = ["web", "other", "new"].randomElement(using: &generator) ?? "web"
            let server = "\(backend)/s\(Int.random(in: 1...3, using: &generator))"
            let number = Int.random(in: 1...9, using: &generator)
            let lines = [
                "add server \(server) 10.0.0.\(number):80 weight \(number) check",
                "del server \(server)", "enable server \(server)", "disable server \(server)",
                "set server \(server) addr 10.1.1.\(number)", "enable health \(server)",
                "set weight \(server) \(number)", "set maxconn server \(server) \(number)",
                "set server \(server) health down", "add map r.map /\(number) web",
                "del map r.map /\(number)", "set map r.map /\(number) other", "clear map r.map",
                "add backend new from base guid g", "publish backend new", "del backend new",
                "unpublish backend other", "publish backend other", "del backend other",
            ]
            return lines.randomElement(using: &generator) ?? ""
        }
    }

    /// All that can be read of the state, and what workers see.
    private func everything(_ fixture: RuntimeFixture) -> [String] {
        let shown = [
            "show backend", "show servers state", "show servers config", "show state digest",
            "show map r.map",
            "show map",
        ].map { fixture.run($0) }
        let slots = [0, 1].map { "\(fixture.plane.slots(ofBackend: $0))" }
        let ring = fixture.plane.snapshot.backends[1].ring.count
        return shown + slots + [ring == 0 ? "" : "ring"]
    }
}
