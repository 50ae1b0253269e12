import Testing

@testable import Controller

@Suite struct JitterSourceTests {
    @Test func `equal seeds give equal numbers, others do not`() {
        var (one, same, other) = (
            JitterSource(seed: 7), JitterSource(seed: 7), JitterSource(seed: 8)
        )
        for _ in 0..<10 {
            let number = one.next()
            #expect(number == same.next())
            #expect(number != other.next())
        }
    }
}
