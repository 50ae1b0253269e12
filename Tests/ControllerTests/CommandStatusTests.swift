import Testing

@testable import Controller

@Suite struct CommandStatusTests {
    @Test func `exit statuses are what the manual promises`() {
        let promised: [(CommandStatus, Int32)] = [
            (.ok, 0), (.error, 1), (.changes, 2), (.deniedByPolicy, 3), (.stalePlan, 4),
            (.partlyApplied, 5), (.locked, 6), (.notConverged, 7),
        ]
        #expect(promised.map(\.0) == CommandStatus.allCases)
        for (status, number) in promised { #expect(status.rawValue == number) }
    }

    @Test func `nothing to do is ok`() {
        #expect(CommandStatus(of: []) == .ok)
    }
}
