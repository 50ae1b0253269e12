import Fleet
import Model
import Testing

struct FleetErrorTests {
    private func error(_ cause: FleetError.Cause) -> FleetError {
        FleetError(cause, on: FleetFixture.target(), tried: "applying")
    }

    @Test func `every cause says what happened and what to do`() {
        let was = Incarnation(pid: 1, startTime: 2)
        let causes: [(FleetError.Cause, String)] = [
            (.refused, "is the proxy running"),
            (.permissionDenied, "mode and owner"),
            (.hanging(.seconds(3)), "no reply in 3.0 seconds"),
            (.cut(answered: 2, sent: 5), "after 2 of 5 replies"),
            (.unreadable("x"), "not understood: x"),
            (.wrongLevel(command: "add server"), "level admin"),
            (.rejected(command: "add server", words: "No such backend."), "No such backend."),
            (.restarted(was: was, now: Incarnation(pid: 3, startTime: 4)), "pid 3"),
            (.stopping, "old worker"),
            (.unreachable("words"), "words"),
            (.cancelled, "cancelled"),
        ]
        for (cause, words) in causes {
            let text = error(cause).description
            #expect(text.hasPrefix("lb1 (unix:run/lb1.sock): applying: "))
            #expect(text.contains(words))
        }
    }

    @Test func `what another try cannot help is not transient`() {
        #expect(error(.hanging(.seconds(1))).isTransient)
        #expect(!error(.rejected(command: "a", words: "b")).isTransient)
    }
}
