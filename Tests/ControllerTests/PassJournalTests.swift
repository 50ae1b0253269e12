import Fleet
import Model
import Planning
import Testing

@testable import Controller

@Suite struct PassJournalTests {
    @Test func `what is about to be sent is written before, what became of it after`() throws {
        let database = try Fixture.database()
        let plan = try Fixture.plan(steps: 2)
        let record = PassRecord(
            fleet: plan.fleet,
            revision: plan.revision,
            cause: .apply,
            actor: "ada"
        )
        let journal = try PassJournal(record, in: database)
        try journal.begin(plan.proxies)
        #expect(try database.applications(of: journal.id).map(\.outcome) == [nil, nil])
        let lb1 = try ProxyName("lb1")
        journal.hear(.step(lb1, plan.proxies[0].steps[0], .done))
        journal.hear(.step(lb1, plan.proxies[0].steps[1], .unknown))
        journal.hear(.finished(lb1, .pending("later")))
        try journal.end(.pending, operations: 1, message: "lb1: later")
        let operations = try database.operations(of: journal.id)
        #expect(operations.map(\.result) == [nil, "unknown: the reply was lost", nil, nil])
        #expect(try database.applications(of: journal.id).map(\.outcome) == ["pending", nil])
        #expect(try database.history(limit: 1).first?.result == .pending)
    }

    @Test func `nothing begins where it cannot be written`() throws {
        let database = try Fixture.database()
        let plan = try Fixture.plan(steps: 200)
        let record = PassRecord(
            fleet: plan.fleet,
            revision: plan.revision,
            cause: .apply,
            actor: "ada"
        )
        _ = try PassJournal(record, in: database)
        try database.fill()
        #expect(throws: StateDatabase.Unavailable.self) {
            for _ in 0..<100 { try PassJournal(record, in: database).begin(plan.proxies) }
        }
    }
}
