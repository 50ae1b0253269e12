import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct RuntimeAgentTests {
    private static let boot = """
        frontend fe
         bind :80
         default_backend b
        backend b
         server s1 10.0.0.1:80 agent-check agent-port 99 agent-inter 1s agent-send hello
         server s2 10.0.0.2:80 check agent-check agent-port 99
         server s3 10.0.0.3:80
        """

    private func agent(_ name: String, _ fixture: RuntimeFixture) throws -> AgentRecord {
        let server = fixture.service.table.backends[0].server(named: name)
        return try #require(server?.agent)
    }

    @Test func `an operator speaks for the agent, whatever checks say`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        #expect(fixture.run("set server b/s2 agent down") == "")
        #expect(try fixture.state("b/s2").operationalState == 0)
        for _ in 0..<3 { fixture.check(.layer4OK) }
        #expect(try fixture.state("b/s2").operationalState == 0)
        #expect(try fixture.stat("b/s2").text(.status) == "DOWN (agent)")
        #expect(fixture.run("set server b/s2 agent up") == "")
        #expect(try fixture.state("b/s2").operationalState == 2)
        fixture.run("set server b/s2 agent down")
        fixture.run("set server b/s2 state maint")
        fixture.run("set server b/s2 state ready")
        #expect(try fixture.state("b/s2").operationalState == 0)
    }

    @Test func `an agent is asked where it was moved to, and what came from before is not heard`()
        throws
    {
        let fixture = try RuntimeFixture(Self.boot)
        let before = try #require(fixture.service.checkTargets.first)
        let generation = fixture.service.checkGeneration
        #expect(fixture.run("set server b/s1 agent-addr 10.9.9.9 port 7") == "")
        #expect(fixture.run("set server b/s1 agent-send x") == "")
        #expect(fixture.service.checkGeneration > generation)
        let after = try #require(fixture.service.checkTargets.first)
        #expect("\(after.endpoint)" == "10.9.9.9:7" && after.id != before.id)
        #expect(after.script?.steps.first == CheckStep(.send(Array("x".utf8))))
        let late = CheckResult(.layer7OK, duration: Milliseconds(1), detail: "down")
        #expect(fixture.service.record(late, for: before.id, now: fixture.now) == nil)
        #expect(try fixture.state("b/s1").operationalState == 2)
        #expect(fixture.run("set server b/s1 agent-port 0") == "")
        #expect(fixture.service.checkTargets.first?.endpoint.port == 80)
    }

    @Test func `a transaction that is taken back leaves agents as they were`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        let digest = fixture.run("show state digest -")
        let target = fixture.service.checkTargets.first
        for line in [
            "begin", "set server b/s1 agent-addr 10.9.9.9 port 7", "set server b/s1 agent-send x",
            "set server b/s1 agent down", "disable agent b/s1",
        ] {
            #expect(fixture.run(line).hasPrefix("[6] "))
        }
        #expect(fixture.run("set server b/s1 agent up", session: 1).contains("another session"))
        fixture.run("set server b/s3 agent up")
        #expect(fixture.run("commit").hasPrefix("[3] Transaction rolled back"))
        #expect(fixture.run("show state digest -") == digest)
        #expect(fixture.service.checkTargets.first == target)
        #expect(try agent("s1", fixture).isHealthy)
    }

    @Test func `the digest tells of everything that was changed on an agent`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        var seen: Set<String> = [fixture.run("show state digest -")]
        for line in [
            "disable agent b/s1", "enable agent b/s2", "set server b/s2 agent-port 98",
            "set server b/s2 agent-addr 10.9.9.9", "set server b/s2 agent-send x",
        ] {
            #expect(fixture.run(line) == "")
            let isNew = seen.insert(fixture.run("show state digest -")).inserted
            #expect(isNew == (line != "enable agent b/s2"), "\(line)")
        }
    }
}
