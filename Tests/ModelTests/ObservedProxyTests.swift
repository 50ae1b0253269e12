import Model
import Testing

@Suite struct ObservedProxyTests {
    private func server(_ change: (inout ObservedServer) -> Void = { _ in }) throws
        -> ObservedServer
    {
        var server = ObservedServer(name: try ServerName("a"), id: 1, endpoint: nil)
        change(&server)
        return server
    }

    @Test func `a server that is ready and unchecked serves`() throws {
        #expect(try server().isServing)
    }

    @Test func `a server that drains, is down or weighs nothing does not serve`() throws {
        #expect(try !server { $0.admin = .drain }.isServing)
        #expect(try !server { $0.admin = .maint }.isServing)
        #expect(try !server { $0.operational = .stopped }.isServing)
        let nothing = try #require(Weight(0))
        #expect(try !server { $0.weight = nothing }.isServing)
    }

    @Test func `two lives of a process differ in pid or start`() {
        let life = Incarnation(pid: 7, startTime: 100)
        #expect(life == Incarnation(pid: 7, startTime: 100))
        #expect(life != Incarnation(pid: 7, startTime: 101))
        #expect(life != Incarnation(pid: 8, startTime: 100))
    }
}
