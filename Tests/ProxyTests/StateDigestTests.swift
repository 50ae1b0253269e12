import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct StateDigestTests {
    private static let boot = """
        frontend fe
         bind :80
         use_backend %[path,map(r.map)]
        backend web
         server web1 10.0.0.1:80 weight 10
        backend other
        """

    private func fixture() throws -> RuntimeFixture {
        try RuntimeFixture(Self.boot, files: ["r.map": "/a web\n/b other\n"])
    }

    private func digests(_ fixture: RuntimeFixture, _ proxy: String = "") throws -> StateDigestTable
    {
        try StateDigestTable.parse(fixture.run("show state digest \(proxy)"))
    }

    @Test(arguments: [
        ("set weight web/web1 5", "web"), ("disable server web/web1", "web"),
        ("set server web/web1 addr 10.0.0.2", "web"), ("set maxconn server web/web1 7", "web"),
        ("add server web/x 10.0.0.1:80", "web"), ("add server other/x 10.0.0.1:80", "other"),
        ("add map r.map /c web", "r.map"), ("set map r.map /a other", "r.map"),
        ("del map r.map /a", "r.map"), ("clear map r.map", "r.map"),
    ])
    func `a change shows in its own digest and the whole`(line: String, part: String) throws {
        let fixture = try fixture()
        let before = try digests(fixture)
        fixture.run(line)
        let after = try digests(fixture)
        #expect(before.total != after.total)
        let moved = zip(before.rows, after.rows).filter { $0 != $1 }.map(\.1.name)
        #expect(moved == ["-", part])
    }

    @Test func `the way to a state does not show, nor do looks, checks and counters`() throws {
        let first = try fixture()
        let second = try fixture()
        first.run("add server web/x 10.0.0.3:80 id 9 check")
        first.run("set weight web/web1 7")
        second.run("set weight web/web1 3")
        second.run("set weight web/web1 7")
        second.run("add server web/y 10.0.0.3:80")
        second.run("del server web/y")
        second.run("add server web/x 10.0.0.3:80 id 9 check")
        #expect(try digests(first) == digests(second))
        for fixture in [first, second] {
            fixture.run("enable server web/x")
            fixture.run("enable health web/x")
        }
        for _ in 0..<3 { second.check(.layer4Timeout) }
        #expect(try digests(first) == digests(second))
    }

    @Test func `one proxy or only the whole can be asked for`() throws {
        let fixture = try fixture()
        let all = try digests(fixture)
        #expect(try digests(fixture, "web").rows == all.rows.filter { $0.name == "web" })
        #expect(try digests(fixture, "-").rows == all.rows.filter { $0.kind == .process })
        #expect(fixture.run("show state digest nope") == "[3] No such proxy.")
    }
}
