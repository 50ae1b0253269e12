import Testing

@testable import Certificates

struct UnixTimeTests {
    @Test(arguments: [
        ("120", 1120), ("0", 1000), (" 7 ", 1007), ("99999999999", 605_800),
        ("Thu, 01 Jan 1970 00:20:00 GMT", 1200), ("Thu, 01 Jan 1970 00:00:00 GMT", 1000),
    ]) func `Retry-After is a number or a date, never in the past or far away`(
        field: String,
        moment: Int
    ) {
        #expect(UnixTime.retryAfter(field, now: 1000) == moment)
    }

    @Test(arguments: ["", "-1", "soon", "Thu, 01 Foo 1970 00:20:00 GMT", "1.5", "Thu 01:02"])
    func `other words are no Retry-After`(field: String) {
        #expect(UnixTime.retryAfter(field, now: 1000) == nil)
    }

    @Test func `dates are those of the calendar`() {
        #expect(UnixTime.httpDate("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(UnixTime.httpDate("Tue, 29 Feb 2028 23:59:59 GMT") == 1_835_481_599)
        #expect(UnixTime.parse("2026-11-23T08:30:12Z") == 1_795_422_612)
        #expect(UnixTime.parse("2026-11-23T08:30:12.123Z") == 1_795_422_612)
        #expect(UnixTime.parse("yesterday") == nil)
        #expect(UnixTime.text(1_795_422_612) == "2026-11-23 08:30:12 UTC")
    }
}
