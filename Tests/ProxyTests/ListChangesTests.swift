import Testing

@testable import Proxy

@Suite struct ListChangesTests {
    @Test func `changes come in order, once, and no more than there is room for`() {
        let changes = ListChanges()
        let first = ListChange(list: 0, kind: .set, key: "a", value: "1")
        let second = ListChange(list: 1, kind: .remove, key: "b", value: "")
        #expect(changes.post([first]) == 0 && changes.post([second]) == 0)
        #expect(changes.take() == [first, second] && changes.take().isEmpty)
        #expect(changes.post(Array(repeating: first, count: 65_540)) == 4)
        #expect(changes.post([second]) == 1)
    }

    @Test func `what a rule asks for is done once, to lists that are there`() throws {
        let fixture = try RuntimeFixture(
            """
            frontend fe
             bind :80
             http-request set-map(virt@m) a b
             default_backend b
            backend b
             server s1 10.0.0.1:80
            """
        )
        let change = ListChange(list: 0, kind: .set, key: "a", value: "b")
        fixture.service.apply([change, change])
        #expect(fixture.run("get map virt@m a").contains("found=yes"))
        fixture.service.apply([ListChange(list: 0, kind: .set, key: "a", value: "c")])
        #expect(fixture.run("get map virt@m a").contains("value=\"c\""))
        #expect(fixture.run("show map virt@m").split(separator: "\n").count == 1)
        fixture.service.apply([
            ListChange(list: 0, kind: .remove, key: "a", value: ""),
            ListChange(list: 7, kind: .set, key: "a", value: "x"),
        ])
        #expect(fixture.run("show map virt@m") == "")
    }
}
