import Model
import Testing

@testable import Controller

@Suite struct DeclarationHistoryTests {
    private let process = Incarnation(pid: 1, startTime: 1)

    private func history() -> DeclarationHistory { DeclarationHistory { _ in nil } }

    @Test func `what any revision declared that a proxy was given is declared`() async throws {
        var history = history()
        var ledger = Ledger()
        let (lb1, lb2) = (try Fixture.target("lb1"), try Fixture.target("lb2"))
        history.remember(try Fixture.fleet(servers: ["s1"]), Fixture.older, ledger)
        history.remember(try Fixture.fleet(servers: ["s2"]), Fixture.revision, ledger)
        ledger.confirm(Fixture.older, on: lb1.name, process)
        ledger.attempt(Fixture.revision, on: lb1.name, process)
        let declared = await history.declared(on: [lb1, lb2], ledger)
        #expect(declared[lb1.name]?.backends.first?.servers.map(\.name.text) == ["s1", "s2"])
        #expect(declared[lb2.name] == nil)
    }

    @Test func `a revision that cannot be read declares nothing`() async throws {
        var history = history()
        #expect(await history.state(at: Fixture.older) == nil)
    }

    @Test func `only what the ledger names is kept for long`() async throws {
        var history = history()
        var ledger = Ledger()
        ledger.confirm(Fixture.older, on: try ProxyName("lb1"), process)
        history.remember(try Fixture.fleet(), Fixture.older, ledger)
        for number in 0..<30 {
            history.remember(try Fixture.fleet(), Revision(commit: "\(number)", tree: ""), ledger)
        }
        #expect(await history.state(at: Fixture.older) != nil)
        #expect(await history.state(at: Revision(commit: "0", tree: "")) == nil)
    }
}
