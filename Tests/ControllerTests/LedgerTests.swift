import Model
import Testing

@testable import Controller

@Suite struct LedgerTests {
    private let process = Incarnation(pid: 1, startTime: 2)

    @Test func `what was tried and not confirmed may have left something behind`() throws {
        var ledger = Ledger()
        let proxy = try ProxyName("lb1")
        ledger.confirm(Fixture.older, on: proxy, process)
        ledger.attempt(Fixture.revision, on: proxy, process)
        ledger.attempt(Fixture.revision, on: proxy, process)
        #expect(ledger.revisions(on: proxy) == [Fixture.older, Fixture.revision])
        ledger.confirm(Fixture.revision, on: proxy, process)
        #expect(ledger.revisions(on: proxy) == [Fixture.revision])
    }

    @Test func `attempts are bounded`() throws {
        var ledger = Ledger()
        let proxy = try ProxyName("lb1")
        for number in 0..<100 {
            ledger.attempt(Revision(commit: "\(number)", tree: "t"), on: proxy, process)
        }
        #expect(ledger.revisions(on: proxy).map(\.commit) == (36..<100).map(String.init))
    }

    @Test func `what two revisions declared is declared`() throws {
        let one = try Fixture.fleet(servers: ["s1", "s2"], map: ["a": "1", "b": "2"])
        let two = try Fixture.fleet(servers: ["s2", "s3"], map: ["b": "9", "c": "3"])
        let union = one.declaring(also: two)
        #expect(union.backends[0].servers.map(\.name.text) == ["s1", "s2", "s3"])
        #expect(Set(union.maps[0].entries.map(\.key)) == ["a", "b", "c"])
    }
}
