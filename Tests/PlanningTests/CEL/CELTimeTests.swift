import Testing

@testable import Planning

struct CELTimeTests {
    @Test(arguments: [
        ("0001-01-01T00:00:00Z", -62_135_596_800), ("1970-01-01T00:00:00Z", 0),
        ("2009-02-13T23:31:30Z", 1_234_567_890), ("2024-02-29T12:00:00Z", 1_709_208_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func `times are read and written`(text: String, seconds: Int64) {
        let time = CELTime(timestamp: text)
        #expect(time?.seconds == seconds)
        #expect(time?.timestampText == text)
    }

    @Test func `offsets and decimals count`() {
        #expect(
            CELTime(timestamp: "2026-01-01T02:00:00+02:00")?.timestampText == "2026-01-01T00:00:00Z"
        )
        #expect(
            CELTime(timestamp: "2026-01-01T00:00:00.5Z")?.timestampText == "2026-01-01T00:00:00.5Z"
        )
        #expect(CELTime.offset("-02:30") == -9000)
    }

    @Test(arguments: [
        "", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
    ])
    func `what is no time is none`(text: String) {
        #expect(CELTime(timestamp: text) == nil)
    }

    @Test(arguments: [
        ("1h30m", "5400s"), ("-1.5s", "-1.5s"), ("250ms", "0.25s"),
        ("1h1m1s1ms1us1ns", "3661.001001001s"), ("0", "0s"),
    ])
    func `durations are read and written`(text: String, written: String) {
        #expect(CELTime(duration: text)?.durationText == written)
    }

    @Test(arguments: ["", "1", "h", "1x", "-", "1.h2", "99999999999h"])
    func `what is no duration is none`(text: String) {
        #expect(CELTime(duration: text) == nil)
    }

    @Test func `a calendar counts as the calendar on the wall`() throws {
        let time = try #require(CELTime(timestamp: "2024-12-31T23:00:00Z"))
        #expect(time.calendar().dayOfYear == 365)
        #expect(time.calendar().dayOfWeek == 2)
        #expect(time.calendar(offset: 3600).year == 2025)
    }

    @Test func `a map finds numbers by value and keeps the order of its keys`() {
        var map = CELMap()
        let first = map.insert(.int(2), .string("b"))
        let again = map.insert(.uint(2), .string("c"))
        #expect(first && !again && map.find(.double(2)) != nil)
        #expect(CELMap(["b": .null, "a": .null]).count == 2)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.9.9.9", true), ("fd00::/8", "fd12::1", true),
        ("0.0.0.0/0", "::1", false),
    ])
    func `a range holds its addresses`(range: String, address: String, isIn: Bool) throws {
        let network = try #require(CELNetwork(range))
        #expect(network.contains(try #require(CELNetwork.address(address))) == isIn)
        #expect(network.description == range)
    }
}
