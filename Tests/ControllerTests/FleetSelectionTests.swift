import Model
import Testing

@testable import Controller

@Suite struct FleetSelectionTests {
    private func state() throws -> DesiredState {
        DesiredState(revision: Fixture.revision, fleets: [try Fixture.fleet()])
    }

    @Test func `naming nobody means everybody`() throws {
        #expect(try FleetSelection().apply(to: try state()).first?.proxies.count == 2)
    }

    @Test func `only the named proxies are left`() throws {
        let selected = try FleetSelection(proxies: ["lb2"]).apply(to: try state())
        #expect(selected.first?.proxies.map(\.name.text) == ["lb2"])
    }

    @Test func `a name nobody has is an error that lists those there are`() throws {
        let fleet = #expect(throws: FleetSelection.UnknownName.self) {
            try FleetSelection(fleets: ["egde"]).apply(to: try state())
        }
        #expect(fleet?.description == "no fleet \"egde\"; there are: edge")
        let proxy = #expect(throws: FleetSelection.UnknownName.self) {
            try FleetSelection(proxies: ["lb9"]).apply(to: try state())
        }
        #expect(proxy?.description == "no proxy \"lb9\"; there are: lb1, lb2")
    }
}
