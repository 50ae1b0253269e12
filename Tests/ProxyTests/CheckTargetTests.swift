import Model
import Testing

@testable import Proxy

@Suite struct CheckTargetTests {
    private func target(_ line: String, backend: String = "") throws -> CheckTarget {
        let fixture = try RuntimeFixture(
            "backend b\n timeout connect 3s\n\(backend)\n server s \(line)\n"
        )
        return try #require(fixture.service.checkTargets.first)
    }

    @Test func `a server is checked where it serves unless it says otherwise`() throws {
        #expect(try target("10.0.0.1:80 check").endpoint.description == "10.0.0.1:80")
        #expect(try target("10.0.0.1:80 check port 81").endpoint.description == "10.0.0.1:81")
        #expect(try target("10.0.0.1:80 check addr ::1").endpoint.description == "[::1]:80")
        #expect(
            try target("10.0.0.1:80 check addr 10.0.0.2 port 9").endpoint.description
                == "10.0.0.2:9"
        )
        #expect(try target("unix@/run/s.sock check").endpoint.description == "unix@/run/s.sock")
    }

    @Test func `timeouts follow the interval, the connection's and the check's own`() throws {
        let usual = try target("10.0.0.1:80 check")
        #expect(usual.timeout == Milliseconds(2000) && usual.connectTimeout == Milliseconds(2000))
        let slow = try target("10.0.0.1:80 check inter 10s")
        #expect(slow.timeout == Milliseconds(10_000) && slow.connectTimeout == Milliseconds(3000))
        let own = try target("10.0.0.1:80 check inter 10s", backend: " timeout check 500ms")
        #expect(own.timeout == Milliseconds(500) && own.connectTimeout == Milliseconds(500))
    }

    @Test func `statuses have HAProxy's numbers and descriptions`() {
        #expect(CheckResult.Status.layer4OK.number == 6 && CheckResult.Status.layer7OK.number == 15)
        #expect(
            CheckResult.Status.layer4Refused.result == 2 && CheckResult.Status.layer7OK.result == 3
        )
        #expect(CheckResult.Status.initializing.result == 0)
        #expect(CheckResult.Status.layer7WrongStatus.summary == "Layer7 wrong status")
    }
}
