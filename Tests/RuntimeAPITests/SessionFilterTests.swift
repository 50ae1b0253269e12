import Model
import Testing

@testable import RuntimeAPI

@Suite struct SessionFilterTests {
    private func filter(_ line: String) throws -> SessionFilter? {
        guard case .showSessions(let filter) = try RuntimeCommand.parse(line: line) else {
            return nil
        }
        return filter
    }

    @Test func `what is neither a filter nor a number lists everything, as in HAProxy`() throws {
        #expect(try filter("show sess") == SessionFilter())
        #expect(try filter("show sess foo") == SessionFilter())
        #expect(try filter("show sess 0x1f")?.id == 31)
        #expect(try filter("show sess 31")?.id == 31)
        #expect(try filter("show sess older 5")?.minimumAge == Milliseconds(5000))
        #expect(try filter("show sess older 5ms")?.minimumAge == Milliseconds(5))
    }

    @Test(arguments: [
        ("show sess older", "Expects a minimum age (in seconds by default)."),
        ("show sess older x", "Invalid age."), ("show sess backend", "Missing backend name."),
        ("show sess server x", "Require 'backend/server'."),
        ("shutdown session", "Session pointer expected (use 'show sess')."),
        ("shutdown session foo", "Session pointer expected (use 'show sess')."),
    ])
    func `mistakes are told in HAProxy's words`(line: String, complaint: String) throws {
        let error = #expect(throws: RuntimeSyntaxError.self) {
            try RuntimeCommand.parse(line: line)
        }
        #expect(error?.reply.text == complaint)
    }
}
