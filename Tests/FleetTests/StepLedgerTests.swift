import Planning
import Simulation
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

    private func together(_: Int) -> StepLedger.Travel { .together }

    @Test func `what a second transaction takes depends on nothing of the first`() {
        var ledger = ledger([[], [1], [], [3], [2, 4], []])
        let first = ledger.takeTogether(2, together)
        #expect(first.steps == [1, 3])
        let second = ledger.takeTogether(10, together)
        #expect(second.steps == [6])
        ledger.confirm(first, together) { _ in false }
        let third = ledger.takeTogether(10, together)
        #expect(third.steps == [2, 4, 5])
        ledger.confirm(second, together) { _ in false }
        ledger.confirm(third, together) { _ in false }
        #expect(ledger.reports.allSatisfy { $0.result == .done })
    }

    @Test func `a step that follows steps of two transactions waits for both`() {
        var ledger = ledger([[], [], [1, 2]])
        let first = ledger.takeTogether(1, together)
        let second = ledger.takeTogether(10, together)
        #expect(first.steps == [1])
        #expect(second.steps == [2])
        let third = ledger.takeTogether(10, together)
        #expect(third.steps == [])
        ledger.putBack(third, together)
        ledger.confirm(first, together) { _ in false }
        let early = ledger.take(10)
        #expect(early == [])
        ledger.confirm(second, together) { _ in false }
        let last = ledger.take(10)
        #expect(last == [3])
    }

    @Test func `a transaction that was refused frees nothing`() {
        var ledger = ledger([[], [], [1, 2], [2]])
        let first = ledger.takeTogether(1, together)
        let second = ledger.takeTogether(10, together)
        #expect(second.steps == [2, 4])
        ledger.putBack(first, together)
        ledger.confirm(second, together) { _ in false }
        let again = ledger.take(10)
        #expect(again == [1])
        ledger.settle(1, .done)
        let last = ledger.take(10)
        #expect(last == [3])
    }

    @Test(arguments: 0..<200) func `no step is taken before all it names are done`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...30, using: &generator)
        let after = (1...count).map { id in
            (1..<max(2, id)).filter { $0 < id && Int.random(in: 0..<4, using: &generator) == 0 }
        }
        var ledger = ledger(after)
        var flights: [StepLedger.Together] = []
        var done: Set<Int> = []
        for _ in 0..<500 where done.count < count {
            if flights.count < 3, Bool.random(using: &generator) {
                let limit = Int.random(in: 1...5, using: &generator)
                let taken = ledger.takeTogether(limit, together)
                var known = done
                for id in taken.steps {
                    #expect(known.isSuperset(of: after[id - 1]), "step \(id)")
                    known.insert(id)
                }
                flights.append(taken)
            } else if !flights.isEmpty {
                let flight = flights.removeFirst()
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    ledger.putBack(flight, together)
                } else {
                    ledger.confirm(flight, together) { _ in false }
                    done.formUnion(flight.steps)
                }
            }
        }
        #expect(done.count == count)
    }
}
