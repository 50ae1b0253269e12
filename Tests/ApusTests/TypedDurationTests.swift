import Testing

@testable import apus

@Suite struct TypedDurationTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("2m", .seconds(120)),
        ("1h", .seconds(3600)),
    ])
    func `a number and a unit are a duration`(text: String, duration: Duration) {
        #expect(TypedDuration(argument: text)?.duration == duration)
    }

    @Test(arguments: ["", "10", "s", "-1s", "0s", "1.5s", "99999999h", "ten s"])
    func `anything else is not`(text: String) {
        #expect(TypedDuration(argument: text) == nil)
    }
}
