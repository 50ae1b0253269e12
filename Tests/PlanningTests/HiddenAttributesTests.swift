import Model
import Planning
import Testing

struct HiddenAttributesTests {
    private func hidden(on capabilities: ProxyCapabilities) -> [HiddenAttributes] {
        let fleet = Build.fleet(["a", "b", "c"].enumerated().map { Build.desired($1, at: $0 + 1) })
        let live = Build.converged(fleet, on: Build.proxy(capabilities))
        var next = fleet
        for index in next.backends[0].servers.indices {
            next.backends[0].servers[index].attributes[.weight] = .integer(7)
        }
        return Planner.planProxy(next, observed: live).hidden
    }

    @Test func `servers with equal marks share one, with what the documents say of them`() throws {
        let marks = hidden(on: Build.haproxy34)
        #expect(marks.count == 1)
        let mark = try #require(marks.first)
        #expect(mark.servers.map(\.server.text) == ["a", "b", "c"])
        #expect(mark.mark.count == 16)
        #expect(mark.attributes != nil)
        #expect(mark.attributes?[.weight] == nil)
    }

    @Test func `what can be changed in place is not hidden`() {
        var attributes = ServerAttributes()
        attributes[.weight] = .integer(7)
        attributes[.maxconn] = .integer(7)
        attributes[.id] = .integer(7)
        attributes[.check] = .flag
        #expect(attributes.hidden.sorted.map(\.attribute) == [.check])
    }
}
