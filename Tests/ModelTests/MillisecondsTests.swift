import Model
import Testing

@Suite struct MillisecondsTests {
    @Test(arguments: [
        ("0", 0), ("2000", 2000), ("2s", 2000), ("2000ms", 2000), ("1500us", 2), ("1us", 1),
        ("3m", 180_000), ("1h", 3_600_000),
        ("24d", 2_073_600_000), ("2147483647", 2_147_483_647), ("007", 7),
    ]) func `durations are read as HAProxy reads them`(text: String, count: Int) {
        #expect(Milliseconds(parsing: text)?.count == count)
    }

    @Test(arguments: [
        "", "s", "-1", "+1", "1.5s", "1 s", "2S", "2sec", "2147483648", "25d", "99999999999999",
        "1s1", "٣s",
    ])
    func `anything else is refused`(text: String) { #expect(Milliseconds(parsing: text) == nil) }

    @Test(arguments: [
        (0, "0ms"), (1, "1ms"), (1500, "1500ms"), (2000, "2s"), (60_000, "1m"), (90_000, "90s"),
        (86_400_000, "1d"),
    ])
    func `the shortest exact form is printed`(count: Int, text: String) {
        #expect(Milliseconds(count).description == text)
    }

    @Test func `printing and parsing gives the duration back`() {
        for seed in 0..<500 {
            let value = Milliseconds(Int(StableHash.of(String(seed)) % UInt64(Int32.max)))
            #expect(Milliseconds(parsing: value.description) == value)
        }
    }
}
