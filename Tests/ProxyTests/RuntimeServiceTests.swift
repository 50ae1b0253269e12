import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct RuntimeServiceTests {
    private let web = """
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

    @Test(arguments: [
        ("add server nob/x 10.0.0.9:80", "[3] No such backend."),
        ("add server web/w4", "[3] 'server' expects <name> and <addr>[:<port>] as arguments."),
        ("add server web/web1 10.0.0.9:80", "[3] Already exists a server with the same name in backend."),
        ("add server web/b@d 10.0.0.9:80", "[3] character '@' is not permitted in server name 'b@d'."),
        ("add server web/w4 10.0.0.9:99999", "[3] invalid port '99999'"),
        ("add server web/w4 10.0.0.9:80 weight 300", "[3] weight of server w4 is not within 0 and 256 (300)."),
        ("add server web/w4 10.0.0.9:80 bogus", "[3] unknown keyword 'bogus'."),
        ("add server web/w4 10.0.0.9:80 resolvers x", "[3] 'resolvers' option is not accepted for dynamic server"),
        ("add server web/w4 10.0.0.9:80 ssl", "[3] 'ssl' option is not supported by apus-proxy."),
        ("add server web/w4 10.0.0.9:80 id 1", "[3] 'id' : custom id 1 already used at boot.cfg:12 ('server web1')."),
        ("add server web/w4 10.0.0.9:80 id 0", "[3] 'id' : custom id has to be > 0."),
        ("add server web/w4 10.0.0.9:80", "[6] New server registered."),
        ("del server nob/x", "[3] No such backend."), ("del server web/nope", "[3] No such server."),
        ("del server web/web1", "[3] Only servers in maintenance mode can be deleted."),
        ("del server web/web2", "[6] Server deleted."),
        ("enable health web/web2", "[3] Health check was not configured on this server, cannot enable."),
        ("disable health web/web2", ""), ("set server web/web1 weight 50%", ""), ("get weight web/web1", "10 (initial 10)"),
        ("get weight #3/#1", "10 (initial 10)"), ("set server web/web1 addr x", "[4] Invalid addr 'x'"),
        ("set server web/web1 addr 10.0.0.1", "[4] nothing changed"),
        ("set server web/web1 addr 10.0.0.7", "[4] IP changed from '10.0.0.1' to '10.0.0.7' by 'stats socket command'"),
        (
            "set server web/web1 addr ::1 port 81",
            "[4] IP changed from '10.0.0.1' to '::1', port changed from '80' to '81' by 'stats socket command'"
        ),
        ("set server web/web1 addr 10.0.0.1 port x", "[4] problem converting port 'x' to an int"),
        ("set server web/web2 check-port 1", "[4] health checks are not enabled on this server"),
        ("set server web/web1 check-port 0", "[4] provided port is invalid"), ("set server web/web1 check-addr ::1", ""),
        ("set server web/web1 state ready", ""), ("set server web/web1 foo", "[3] usage: set server"),
        ("set maxconn server web/web1 5", ""), ("shutdown sessions server web/web1", ""),
        ("shutdown sessions server web/nope", "[3] No such server."),
        ("wait 10 srv-removable web/web1", "[3] Failed."), ("wait 10 srv-removable web/nope", "[3] Failed."),
        ("wait 10 srv-removable web/web2", "[6] Done."), ("show servers state nob", "[3] Can't find backend."),
        ("show stat nob 1 1", "[3] No such proxy."), ("show map", "# id (file) description"),
        ("show map nope", "[3] Unknown map identifier. Please use #<id> or <file>."), ("show version", "[6] 3.2.0-apus"),
    ])
    func `a command is answered in HAProxy's words`(line: String, expected: String) throws {
        #expect(try RuntimeFixture(web).run(line).hasPrefix(expected))
    }

    @Test func `a new server is in maintenance, unchecked, and in no snapshot`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check weight 20 guid g:5 id 9")
        let row = try fixture.state("web/w5")
        #expect(row.adminBits == 1 && row.operationalState == 0 && row.checkBits == 2 && row.checkHealth == 0)
        #expect(row.userWeight == 20 && row.serverID == 9 && row.serverForcedID == 1)
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
        #expect(try fixture.stat("web/w5").text(.status) == "MAINT")
    }

    @Test func `leaving maintenance is up at once, one failure from down`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check rise 2 fall 3")
        fixture.run("enable health web/w5")
        #expect(fixture.service.checkTargets.map(\.slot) == [0])
        fixture.run("set server web/w5 state ready")
        #expect(fixture.service.checkTargets.map(\.slot) == [0, 2])
        #expect(try fixture.state("web/w5").checkHealth == 2)
        #expect(try fixture.stat("web/w5").text(.status) == "UP 1/3")
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
        fixture.check(.layer4Refused)
        #expect(try fixture.stat("web/w5").text(.status) == "DOWN")
        #expect(fixture.plane.slots(ofBackend: 0) == [])
        fixture.check(.layer4OK)
        fixture.check(.layer4OK)
        #expect(try fixture.stat("web/w5").text(.status) == "UP")
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
    }

    @Test func `a server that leaves maintenance before its checks run is up until one fails`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check")
        fixture.run("enable server web/w5")
        #expect(try fixture.state("web/w5").checkHealth == 0)
        #expect(try fixture.stat("web/w5").text(.status) == "no check")
        fixture.run("enable health web/w5")
        fixture.check(.layer7OK)
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
        fixture.check(.layer7WrongStatus)
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
    }

    @Test func `forced down in one line with ready takes no request before its checks pass`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check")
        fixture.run("enable health web/w5")
        fixture.run("set server web/w5 state ready")
        fixture.run("set server web/w5 health down")
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
        fixture.check(.layer7OK)
        fixture.check(.layer7OK)
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
    }

    @Test func `init-state decides where a checked server starts`() throws {
        let fixture = try RuntimeFixture(web)
        for (name, state) in [("a", "fully-up"), ("b", "up"), ("c", "down"), ("d", "fully-down")] {
            fixture.run("add server web/\(name) 10.0.0.5:80 check rise 3 fall 2 init-state \(state)")
            fixture.run("enable health web/\(name)")
            fixture.run("enable server web/\(name)")
        }
        let rows = try ["a", "b", "c", "d"].map { try fixture.state("web/\($0)") }
        #expect(rows.map(\.checkHealth) == [4, 3, 2, 0])
        #expect(rows.map(\.operationalState) == [2, 2, 0, 0])
    }

    @Test func `drain and maintenance take a server out, ready brings it back`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("set server web/web1 state drain")
        #expect(try fixture.state("web/web1").adminBits == 8)
        #expect(try fixture.stat("web/web1").text(.status)?.hasPrefix("DRAIN") == true)
        #expect(fixture.plane.slots(ofBackend: 0) == [])
        fixture.run("set server web/web1 state maint")
        #expect(try fixture.state("web/web1").adminBits == 1)
        #expect(try fixture.state("web/web1").checkBits == 14)
        #expect(fixture.service.checkTargets.isEmpty)
        #expect(fixture.plane.purgedSlots == [0])
        fixture.run("set server web/web1 state ready")
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
    }

    @Test func `backups serve only while no active server does`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/b1 10.0.0.5:80 backup")
        fixture.run("add server web/b2 10.0.0.6:80 backup")
        fixture.run("enable server web/b1")
        fixture.run("enable server web/b2")
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
        fixture.run("disable server web/web1")
        #expect(fixture.plane.slots(ofBackend: 0) == [2])
    }

    @Test func `weight zero takes no request but stays up`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("set weight web/web1 0")
        #expect(fixture.plane.slots(ofBackend: 0) == [])
        #expect(try fixture.state("web/web1").operationalState == 2)
        fixture.run("set weight web/web1 5000%")
        #expect(fixture.run("get weight web/web1") == "256 (initial 10)")
    }

    @Test func `automatic ids fill the lowest hole`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/a 10.0.0.5:80")
        fixture.run("del server web/web2")
        fixture.run("add server web/b 10.0.0.5:80")
        #expect(try fixture.state("web/a").serverID == 3)
        #expect(try fixture.state("web/b").serverID == 2)
        #expect(try fixture.stat("web/b").number(.srid) == 1)
    }

    @Test func `a deletion waits for idle connections and gives up after its patience`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("disable server web/web1")
        fixture.plane.usedSlots = [0]
        let command = RuntimeCommand.deleteServer(ServerReference(backend: "web", server: "web1"))
        guard case .pending(let wait) = fixture.service.execute(command, payload: nil, level: .admin, now: fixture.now)
        else { return #expect(Bool(false), "the deletion should wait") }
        #expect(fixture.service.poll(wait, now: Milliseconds(10)) == nil)
        #expect(
            fixture.service.poll(wait, now: wait.deadline)?.text
                == "Server still has connections attached to it, cannot remove it."
        )
        fixture.plane.usedSlots = []
        #expect(fixture.service.poll(wait, now: Milliseconds(20))?.text == "Server deleted.")
        #expect(fixture.plane.releasedSlots == [0])
        #expect(fixture.run("get weight web/web1") == "[3] No such server.")
    }

    @Test func `a deletion right after maintenance waits for the publish that drops the server`() throws {
        let fixture = try RuntimeFixture(web)
        let server = ServerReference(backend: "web", server: "web1")
        _ = fixture.service.execute(.disableServer(server), payload: nil, level: .admin, now: fixture.now)
        let deletion = fixture.service.execute(.deleteServer(server), payload: nil, level: .admin, now: fixture.now)
        guard case .pending(let wait) = deletion else { return #expect(Bool(false), "not published yet") }
        #expect(fixture.service.poll(wait, now: Milliseconds(1))?.text == "Server deleted.")
        #expect(fixture.plane.slots(ofBackend: 0) == [])
    }

    @Test func `wait ends when the server is removable or its delay is over`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.plane.usedSlots = [1]
        let condition = WaitCondition.serverRemovable(ServerReference(backend: "web", server: "web2"))
        let command = RuntimeCommand.wait(Milliseconds(100), condition)
        guard case .pending(let wait) = fixture.service.execute(command, payload: nil, level: .admin, now: Milliseconds(5))
        else { return #expect(Bool(false), "the wait should be pending") }
        #expect(fixture.service.poll(wait, now: Milliseconds(104)) == nil)
        #expect(fixture.service.poll(wait, now: Milliseconds(105)) == .error("Wait delay expired."))
        fixture.plane.usedSlots = []
        #expect(fixture.service.poll(wait, now: Milliseconds(50)) == .info("Done."))
    }

    @Test func `everything of one batch is published at once`() throws {
        let fixture = try RuntimeFixture(web)
        let before = fixture.plane.publishes
        for number in 0..<50 {
            let server = ServerReference(backend: "web", server: "s\(number)")
            let add = RuntimeCommand.addServer(server, address: "10.0.0.1:80", arguments: [])
            _ = fixture.service.execute(add, payload: nil, level: .admin, now: fixture.now)
            _ = fixture.service.execute(.enableServer(server), payload: nil, level: .admin, now: fixture.now)
        }
        fixture.service.publishIfNeeded()
        fixture.service.publishIfNeeded()
        #expect(fixture.plane.publishes == before + 1)
        #expect(fixture.plane.slots(ofBackend: 0).count == 51)
    }

    @Test func `only admins change and only operators see addresses`() throws {
        let fixture = try RuntimeFixture(web)
        #expect(fixture.run("disable server web/web1", level: .operator) == "[3] Permission denied")
        #expect(try StatTable.parse(fixture.run("show stat", level: .user)).rows.allSatisfy { $0.text(.addr) == nil })
        #expect(try fixture.stat("web/web1").text(.addr) == "10.0.0.1:80")
    }

    @Test func `guids can be read back and are unique in the process`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/a 10.0.0.5:80 guid apus:1:2")
        #expect(fixture.run("add server other/b 10.0.0.5:80 guid apus:1:2") == "[3] 'guid': duplicate entry with server web/a.")
        #expect(try StatsFile.parse(fixture.run("dump stats-file")).guids == ["apus:1:2"])
        #expect(fixture.run("show servers config web").contains("web/a 3 10.0.0.5:80 guid apus:1:2"))
        fixture.run("del server web/a")
        #expect(fixture.run("add server other/b 10.0.0.5:80 guid apus:1:2") == "[6] New server registered.")
    }

    @Test func `show info tells who answers`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.now = Milliseconds(90_061_000)
        let info = try InfoTable.parse(fixture.run("show info"))
        #expect(info["Name"] == "apus-proxy" && info["Pid"] == "42" && info["Start_time_sec"] == "1700000000")
        #expect(info["Uptime"] == "1d 1h01m01s" && info["node"] == "test" && info["Stopping"] == "0")
        #expect(info.version == ProxyVersion(3, 2))
    }

    @Test func `intervals follow the server's state`() throws {
        let fixture = try RuntimeFixture(
            """
            backend b
             server s 10.0.0.1:80 check inter 1s fastinter 200ms downinter 5s rise 2 fall 2
            """
        )
        let target = try #require(fixture.service.checkTargets.first)
        let steps: [CheckResult.Status] = [.layer4OK, .layer4Refused, .layer4Refused, .layer4OK, .layer4OK]
        let intervals = steps.map { status in
            fixture.service.record(CheckResult(status, duration: Milliseconds(1)), for: target.id, now: fixture.now)?.count
        }
        #expect(intervals == [1000, 200, 5000, 200, 1000])
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

    @Test func `on-marked-down ends what the server was doing`() throws {
        let fixture = try RuntimeFixture("backend b\n server s 10.0.0.1:80 check fall 1 on-marked-down shutdown-sessions\n")
        fixture.check(.layer4Timeout)
        #expect(fixture.plane.shutSlots == [0])
    }
}
