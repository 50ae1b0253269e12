import Planning
import Testing

@testable import Fleet

struct StepLedgerTests {
    private func ledger(_ after: [[Int]]) -> StepLedger {
        let steps = after.enumerated().map { index, after in
            Step(
                id: index + 1,
                change: .deleteServer(FleetFixture.path("s\(index)")),
                origin: FleetFixture.origin,
                after: after
            )
        }
        return StepLedger(steps) { _ in }
    }

    @Test func `a step is ready when all it names are done`() {
        var ledger = ledger([[], [], [1, 2]])
        let taken1 = ledger.take(10)
        #expect(taken1 == [1, 2])
        ledger.settle(1, .done)
        let taken2 = ledger.take(10)
        #expect(taken2 == [])
        ledger.settle(2, .done)
        let taken3 = ledger.take(10)
        #expect(taken3 == [3])
    }

    @Test func `whatever comes after a failure is skipped and says after which`() {
        var ledger = ledger([[], [1], [2], []])
        _ = ledger.take(10)
        ledger.settle(1, .expired("late"))
        #expect(ledger.reports.map(\.result)[1...2] == [.skipped(after: 1), .skipped(after: 1)])
        ledger.settle(4, .done)
        #expect(ledger.reports.last?.result == .done)
    }

    @Test func `a step that waited for a failed and a done one stays skipped`() {
        var ledger = ledger([[], [], [1, 2]])
        _ = ledger.take(10)
        ledger.settle(1, .unknown)
        ledger.settle(2, .done)
        let taken4 = ledger.take(10)
        #expect(taken4 == [])
        #expect(ledger.reports[2].result == .skipped(after: 1))
    }

    @Test func `batches are bounded and closing fills the rest`() {
        var ledger = ledger([[], [], []])
        let taken5 = ledger.take(2)
        #expect(taken5 == [1, 2])
        ledger.close(as: .notReached)
        #expect(ledger.reports.map(\.result) == [.notReached, .notReached, .notReached])
    }
}
