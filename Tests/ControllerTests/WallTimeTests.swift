import Testing

@testable import Controller

@Suite struct WallTimeTests {
    @Test func `a moment is written for people everywhere alike`() {
        #expect(WallTime(1_764_000_000_000).description == "2025-11-24 16:00:00 UTC")
    }

    @Test(arguments: [
        (0, 59_000, "59 s"), (0, 600_000, "10 min"), (7_200_000, 0, "2 h"),
        (0, 864_000_000, "10 d"),
    ])
    func `distances use one unit`(from: Int, to: Int, text: String) {
        #expect(WallTime(from).distance(to: WallTime(to)) == text)
    }
}
