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

    @Test func `an old attempt is kept for as long as something only it declared is there`()
        async throws
    {
        let lb1 = try ProxyName("lb1")
        let revisions = (0..<20).map { Revision(commit: "\($0)", tree: "\($0)") }
        let declared = try revisions.indices.map { index in
            // The first one brought a server of the boot file that no later one has.
            try Fixture.fleet(servers: index == 0 ? ["s0", "s1"] : ["s1"])
        }
        let states = Dictionary(zip(revisions, declared)) { first, _ in first }
        var history = DeclarationHistory { states[$0] }
        var ledger = Ledger()
        let goal = try Fixture.fleet(servers: ["s1"])
        var proxy = ObservedProxy(
            name: lb1,
            incarnation: process,
            capabilities: ProxyCapabilities(program: .haproxy, version: ProxyVersion(2, 6))
        )
        let shop = try BackendName("shop")
        let boot = ObservedServer(name: try ServerName("s0"), id: 1, endpoint: nil)
        proxy.backends[shop] = ObservedBackend(name: shop, id: 2, servers: [boot.name: boot])
        for revision in revisions {
            await history.prune(&ledger, for: goal, [lb1: proxy])
            ledger.attempt(revision, on: lb1, process)
        }
        #expect(ledger.revisions(on: lb1).count == 10)
        let target = try Fixture.target("lb1")
        let servers = await history.declared(on: [target], ledger)[lb1]?.backends[0].servers
        #expect(servers?.map(\.name.text) == ["s0", "s1"])

        proxy.backends[shop]?.servers = [:]
        await history.prune(&ledger, for: goal, [lb1: proxy])
        #expect(ledger.revisions(on: lb1) == Array(revisions.suffix(8)))
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
