import Testing

@testable import Proxy

@Suite struct SessionCensusTests {
    @Test func `parts come worker by worker until each has told everything`() {
        let census = SessionCensus(.init(), workers: 2)
        #expect(census.workersToAsk() == [0, 1])
        #expect(census.workersToAsk().isEmpty)
        var row = SessionRow()
        row.id = 7
        census.answer([row], next: 40, worker: 0)
        #expect(census.take() == [row] && census.take().isEmpty)
        #expect(census.workersToAsk() == [0] && census.start(ofWorker: 0) == 40)
        census.answer([], next: nil, worker: 1)
        #expect(!census.isDone)
        census.answer([row], next: nil, worker: 0)
        #expect(census.isDone && census.workersToAsk().isEmpty && census.take() == [row])
    }

    @Test func `a worker that has ended has nothing to tell`() {
        let plane = WorkerPlane(workers: 2, frontends: 1, backends: 1)
        let census = plane.census(.init())
        plane.mailboxes[1].abandon()
        plane.ask(census)
        #expect(plane.mailboxes[0].take() == [.census(census)])
        #expect(!census.isDone)
        census.answer([], next: nil, worker: 0)
        #expect(census.isDone)
    }
}
