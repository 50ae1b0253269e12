import Model
import Testing

@testable import Controller

@Suite struct StatusBoardTests {
    private let board = StatusBoard(repository: "/srv/fleet.git", ref: "main")

    @Test func `it is ready when a good revision was tried on every fleet`() throws {
        #expect(!board.isReady)
        let (one, two) = (try FleetName("a"), try FleetName("b"))
        board.update { status, _ in status.good = Fixture.revision }
        board.update(two) { $0.attempted = Fixture.revision }
        board.update(one) { $0.condition = .reconciling }
        #expect(!board.isReady)
        board.update(one) { $0.attempted = Fixture.revision }
        #expect(board.isReady)
    }

    @Test func `fleets are sorted, and those no longer declared are forgotten`() throws {
        let names = try ["c", "a", "b"].map { try FleetName($0) }
        for name in names { board.update(name) { _ in } }
        #expect(board.status.fleets.map(\.name.text) == ["a", "b", "c"])
        board.keep(only: [names[0]])
        #expect(board.status.fleets.map(\.name.text) == ["c"])
    }
}
