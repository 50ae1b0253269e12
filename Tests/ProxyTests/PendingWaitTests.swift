import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct PendingWaitTests {
    private let web = RuntimeFixture.web

    @Test func `a deletion waits for idle connections and gives up after its patience`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("disable server web/web1")
        fixture.plane.usedSlots = [0]
        let command = RuntimeCommand.deleteServer(ServerReference(backend: "web", server: "web1"))
        guard
            case .pending(let wait) = fixture.service.execute(
                command,
                payload: nil,
                level: .admin,
                now: fixture.now
            )
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

    @Test func `a deletion right after maintenance waits for the publish that drops the server`()
        throws
    {
        let fixture = try RuntimeFixture(web)
        let server = ServerReference(backend: "web", server: "web1")
        _ = fixture.service.execute(
            .disableServer(server),
            payload: nil,
            level: .admin,
            now: fixture.now
        )
        let deletion = fixture.service.execute(
            .deleteServer(server),
            payload: nil,
            level: .admin,
            now: fixture.now
        )
        guard case .pending(let wait) = deletion else {
            return #expect(Bool(false), "not published yet")
        }
        #expect(fixture.service.poll(wait, now: Milliseconds(1))?.text == "Server deleted.")
        #expect(fixture.plane.slots(ofBackend: 0) == [])
    }

    @Test func `wait ends when the server is removable or its delay is over`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.plane.usedSlots = [1]
        let condition = WaitCondition.serverRemovable(
            ServerReference(backend: "web", server: "web2")
        )
        let command = RuntimeCommand.wait(Milliseconds(100), condition)
        guard
            case .pending(let wait) = fixture.service.execute(
                command,
                payload: nil,
                level: .admin,
                now: Milliseconds(5)
            )
        else { return #expect(Bool(false), "the wait should be pending") }
        #expect(fixture.service.poll(wait, now: Milliseconds(104)) == nil)
        #expect(fixture.service.poll(wait, now: Milliseconds(105)) == .error("Wait delay expired."))
        fixture.plane.usedSlots = []
        #expect(fixture.service.poll(wait, now: Milliseconds(50)) == .info("Done."))
    }
}
