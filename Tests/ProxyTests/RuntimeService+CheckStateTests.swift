import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// The texts are what HAProxy 2.6 and 3.0 send.
@Suite struct RuntimeServiceCheckStateTests {
    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(
            """
            backend a
             option httpchk GET /x
             http-check send-state
             server s1 10.0.0.1:80 check rise 2 fall 2 weight 3 slowstart 10s
             server s2 10.0.0.2:80 weight 5

            """
        )
    }

    private func state(_ fixture: RuntimeFixture) -> String? {
        fixture.service.checkTargets.first?.state
    }

    @Test func `a server is told of itself`() throws {
        let fixture = try fixture()
        let tail = "scur=0/0; qcur=0"
        let name = "address=10.0.0.1; port=80; name=a/s1; node="
        fixture.check(.layer7OK)
        #expect(state(fixture) == "UP; \(name); weight=3/8; \(tail)")
        fixture.check(.layer7WrongStatus)
        #expect(state(fixture) == "UP 1/2; \(name); weight=3/8; \(tail)")
        fixture.check(.layer7WrongStatus)
        #expect(state(fixture) == "DOWN; \(name); weight=3/5; \(tail)")
        fixture.check(.layer7OK)
        #expect(state(fixture) == "DOWN 1/2; \(name); weight=3/5; \(tail)")
        fixture.check(.layer7OK)
        #expect(state(fixture) == "UP; \(name); weight=1/6; \(tail); throttle=1%")
    }

    @Test func `it goes out behind the headers of the configuration`() throws {
        let target = try #require(try fixture().service.checkTargets.first)
        var conversation = CheckConversation(
            target.script,
            to: target.endpoint,
            state: target.state
        )
        var patterns = CheckPatterns()
        _ = conversation.advance(&patterns)
        guard case .send(let bytes) = conversation.advance(&patterns) else {
            Issue.record("nothing is sent")
            return
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\r\nx-haproxy-server-state: UP 1/2; address=10.0.0.1;"))
    }
}
