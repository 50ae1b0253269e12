import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct RuntimeServiceTests {
    private let web = RuntimeFixture.web

    @Test(arguments: [
        ("add server nob/x 10.0.0.9:80", "[3] No such backend."),
        ("add server web/w4", "[3] 'server' expects <name> and <addr>[:<port>] as arguments."),
        (
            "add server web/web1 10.0.0.9:80",
            "[3] Already exists a server with the same name in backend."
        ),
        (
            "add server web/b@d 10.0.0.9:80",
            "[3] character '@' is not permitted in server name 'b@d'."
        ),
        ("add server web/w4 10.0.0.9:99999", "[3] invalid port '99999'"),
        (
            "add server web/w4 10.0.0.9:80 weight 300",
            "[3] weight of server w4 is not within 0 and 256 (300)."
        ),
        ("add server web/w4 10.0.0.9:80 bogus", "[3] unknown keyword 'bogus'."),
        (
            "add server web/w4 10.0.0.9:80 resolvers x",
            "[3] 'resolvers' option is not accepted for dynamic server"
        ),
        ("add server web/w4 10.0.0.9:80 tfo", "[3] 'tfo' option is not supported by apus-proxy."),
        (
            "add server web/w4 10.0.0.9:80 id 1",
            "[3] 'id' : custom id 1 already used at boot.cfg:12 ('server web1')."
        ),
        ("add server web/w4 10.0.0.9:80 id 0", "[3] 'id' : custom id has to be > 0."),
        ("add server web/w4 10.0.0.9:80", "[6] New server registered."),
        ("del server nob/x", "[3] No such backend."),
        ("del server web/nope", "[3] No such server."),
        ("del server web/web1", "[3] Only servers in maintenance mode can be deleted."),
        ("del server web/web2", "[6] Server deleted."),
        (
            "enable health web/web2",
            "[3] Health check was not configured on this server, cannot enable."
        ),
        ("disable health web/web2", ""), ("set server web/web1 weight 50%", ""),
        ("get weight web/web1", "10 (initial 10)"),
        ("get weight #3/#1", "10 (initial 10)"),
        ("set server web/web1 addr x", "[4] Invalid addr 'x'"),
        ("set server web/web1 addr 10.0.0.1", "[4] nothing changed"),
        (
            "set server web/web1 addr 10.0.0.7",
            "[4] IP changed from '10.0.0.1' to '10.0.0.7' by 'stats socket command'"
        ),
        (
            "set server web/web1 addr ::1 port 81",
            "[4] IP changed from '10.0.0.1' to '::1', port changed from '80' to '81' by 'stats socket command'"
        ),
        ("set server web/web1 addr 10.0.0.1 port x", "[4] problem converting port 'x' to an int"),
        ("set server web/web2 check-port 1", "[4] health checks are not enabled on this server"),
        ("set server web/web1 check-port 0", "[4] provided port is invalid"),
        ("set server web/web1 check-addr ::1", ""),
        ("set server web/web1 state ready", ""),
        ("set server web/web1 foo", "[3] usage: set server"),
        ("set maxconn server web/web1 5", ""), ("shutdown sessions server web/web1", ""),
        ("shutdown sessions server web/nope", "[3] No such server."),
        ("wait 10 srv-removable web/web1", "[3] Failed."),
        ("wait 10 srv-removable web/nope", "[3] Failed."),
        ("wait 10 srv-removable web/web2", "[6] Done."),
        ("show servers state nob", "[3] Can't find backend."),
        ("show stat nob 1 1", "[3] No such proxy."), ("show map", "# id (file) description"),
        ("show map nope", "[3] Unknown map identifier. Please use #<id> or <file>."),
        ("show version", "[6] 3.2.0-apus"),
    ])
    func `a command is answered in HAProxy's words`(line: String, expected: String) throws {
        #expect(try RuntimeFixture(web).run(line).hasPrefix(expected))
    }

    @Test func `everything of one batch is published at once`() throws {
        let fixture = try RuntimeFixture(web)
        let before = fixture.plane.publishes
        for number in 0..<50 {
            let server = ServerReference(backend: "web", server: "s\(number)")
            let add = RuntimeCommand.addServer(server, address: "10.0.0.1:80", arguments: [])
            _ = fixture.service.execute(add, payload: nil, level: .admin, now: fixture.now)
            _ = fixture.service.execute(
                .enableServer(server),
                payload: nil,
                level: .admin,
                now: fixture.now
            )
        }
        fixture.service.publishIfNeeded()
        fixture.service.publishIfNeeded()
        #expect(fixture.plane.publishes == before + 1)
        #expect(fixture.plane.slots(ofBackend: 0).count == 51)
    }

    @Test func `only admins change and only operators see addresses`() throws {
        let fixture = try RuntimeFixture(web)
        #expect(fixture.run("disable server web/web1", level: .operator) == "[3] Permission denied")
        #expect(
            try StatTable.parse(fixture.run("show stat", level: .user)).rows.allSatisfy {
                $0.text(.addr) == nil
            }
        )
        #expect(try fixture.stat("web/web1").text(.addr) == "10.0.0.1:80")
    }

    @Test func `guids can be read back and are unique in the process`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/a 10.0.0.5:80 guid apus:1:2")
        #expect(
            fixture.run("add server other/b 10.0.0.5:80 guid apus:1:2")
                == "[3] 'guid': duplicate entry with server web/a."
        )
        #expect(try StatsFile.parse(fixture.run("dump stats-file")).guids == ["apus:1:2"])
        #expect(
            fixture.run("show servers config web").contains("web/a 3 10.0.0.5:80 guid apus:1:2")
        )
        fixture.run("del server web/a")
        #expect(
            fixture.run("add server other/b 10.0.0.5:80 guid apus:1:2")
                == "[6] New server registered."
        )
    }

    @Test func `show info tells who answers`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.now = Milliseconds(90_061_000)
        let info = try InfoTable.parse(fixture.run("show info"))
        #expect(
            info["Name"] == "apus-proxy" && info["Pid"] == "42"
                && info["Start_time_sec"] == "1700000000"
        )
        #expect(
            info["Uptime"] == "1d 1h01m01s" && info["node"] == "test" && info["Stopping"] == "0"
        )
        #expect(info.version == ProxyVersion(3, 2))
    }

    @Test func `a check of a server that is gone or in maintenance is ignored`() throws {
        let fixture = try RuntimeFixture(web)
        let target = try #require(fixture.service.checkTargets.first)
        fixture.run("disable server web/web1")
        let result = CheckResult(.layer4OK, duration: Milliseconds(1))
        #expect(fixture.service.record(result, for: target.id, now: fixture.now) == nil)
        fixture.run("del server web/web1")
        #expect(fixture.service.record(result, for: target.id, now: fixture.now) == nil)
    }

    @Test(arguments: [
        "set server web/web1 addr 10.0.0.9", "set server web/web1 check-addr 10.0.0.9",
        "set server web/web1 check-port 81",
    ])
    func `a check that began before the address changed says nothing about the new one`(
        command: String
    ) throws {
        let fixture = try RuntimeFixture(web)
        let before = try #require(fixture.service.checkTargets.first)
        fixture.run("set server web/web1 health down")
        fixture.run(command)
        let passed = CheckResult(.layer4OK, duration: Milliseconds(1))
        for _ in 0..<2 {
            #expect(fixture.service.record(passed, for: before.id, now: fixture.now) == nil)
        }
        #expect(try fixture.state("web/web1").operational == .stopped)
        let after = try #require(fixture.service.checkTargets.first)
        #expect(after.endpoint != before.endpoint)
        for _ in 0..<2 { _ = fixture.service.record(passed, for: after.id, now: fixture.now) }
        #expect(try fixture.state("web/web1").operational == .running)
    }

    @Test func `on-marked-down ends what the server was doing`() throws {
        let fixture = try RuntimeFixture(
            "backend b\n server s 10.0.0.1:80 check fall 1 on-marked-down shutdown-sessions\n"
        )
        fixture.check(.layer4Timeout)
        #expect(fixture.plane.shutSlots == [0])
    }
}
