import Model
import Testing

@testable import Proxy

@Suite struct RouterTests {
    private let files = [
        "hosts.map": "a.example api\nb.example nowhere\n",
        "paths.map": "/ web\n/api/ api\n/static/img cdn\n",
    ]

    /// Where a request goes under these frontend lines; backends are web, api and cdn, web the default.
    private func route(_ rules: String, _ request: String, _ commands: [String] = []) throws
        -> String
    {
        let fixture = try RuntimeFixture(
            """
            frontend fe
             bind :80
             \(rules.split(separator: "\n").joined(separator: "\n "))
             default_backend web
            backend web
             server w 10.0.0.1:80
            backend api
             server a 10.0.0.2:80
            backend cdn
            """,
            files: files
        )
        for command in commands { fixture.run(command) }
        let snapshot = fixture.plane.snapshot
        let (head, bytes) = RequestSample.parse(request)
        let number = Router.backend(
            for: head,
            in: bytes.span,
            frontend: snapshot.frontends[0],
            snapshot: snapshot
        )
        return number < 0 ? "none" : ["web", "api", "cdn"][Int(number)]
    }

    @Test(arguments: [
        ("GET / \nHost: A.Example", "api"), ("GET / \nHost: c.example", "web"),
        ("GET / \nHost: b.example", "web"),
        ("GET / ", "web"), ("GET / \nhost: a.example", "api"),
        ("GET / \nHost: a.example:80", "web"),
    ])
    func `a host finds its backend through a map`(request: String, expected: String) throws {
        #expect(try route("use_backend %[req.hdr(host),lower,map(hosts.map)]", request) == expected)
    }

    @Test(arguments: [
        ("GET /static/img/x ", "cdn"), ("GET /static/im ", "web"),
        ("GET /api/?q=/static/img ", "api"), ("GET /x ", "web"),
    ])
    func `the longest path prefix wins`(request: String, expected: String) throws {
        #expect(try route("use_backend %[path,map_beg(paths.map)]", request) == expected)
    }

    @Test func `a computed name that no backend has ends the rules`() throws {
        let rules = "use_backend %[path,map(hosts.map)]\nuse_backend api"
        #expect(try route(rules, "GET /x ") == "web")
        #expect(
            try route("use_backend %[path,map(hosts.map,cdn)]\nuse_backend api", "GET /x ") == "cdn"
        )
    }

    @Test func `a name straight from the request is looked up`() throws {
        #expect(try route("use_backend %[req.hdr(x-be)]", "GET / \nX-Be: cdn") == "cdn")
        #expect(try route("use_backend %[req.hdr(x-be)]", "GET / \nX-Be: one, api") == "api")
        #expect(try route("use_backend %[req.hdr(x-be)]", "GET / \nX-Be: none") == "web")
        #expect(
            try route("use_backend %[req.hdr(host),field(1,.)]", "GET / \nHost: cdn.example.org")
                == "cdn"
        )
        #expect(
            try route("use_backend %[req.hdr(host),field(-1,.)]", "GET / \nHost: example.cdn")
                == "cdn"
        )
        #expect(
            try route("use_backend %[req.hdr(host),host_only]", "GET / \nHost: cdn:8080") == "cdn"
        )
        #expect(try route("use_backend %[str(api)]", "GET / ") == "api")
    }

    @Test(arguments: [
        ("if { path /a /b }", "GET /b ", "api"), ("if { path /a }", "GET /A ", "web"),
        ("if { path -i /a }", "GET /A ", "api"),
        ("if { path_beg /a }", "GET /abc ", "api"), ("if { path_end .png }", "GET /x.png ", "api"),
        ("if { path_sub bc }", "GET /abcd ", "api"), ("unless { path /a }", "GET /a ", "web"),
        ("if !{ path /a }", "GET /b ", "api"),
        ("if METH_GET", "HEAD / ", "api"), ("if METH_POST", "GET / ", "web"),
        ("if FALSE or TRUE", "GET / ", "api"),
        ("if { hdr(x) b }", "GET / \nX: a, b\nX: c", "api"),
        ("if { hdr(x) c }", "GET / \nX: a, b\nX: c", "api"),
        ("if { hdr(x) -m found }", "GET / \nX: ", "api"),
        ("if { hdr(x) -m found }", "GET / ", "web"),
        ("if TRUE { path_beg /a } !{ path /ab }", "GET /ab ", "web"),
        ("if { nbsrv(cdn) lt 1 }", "GET / ", "api"),
        ("if { nbsrv(web) 1:3 }", "GET / ", "api"),
        ("if { path,map(hosts.map) -m found }", "GET /a ", "web"),
        ("if { hdr(host),map(hosts.map) nowhere }", "GET / \nHost: b.example", "api"),
        ("if { query x=1 }", "GET /?x=1 ", "api"),
    ])
    func `conditions are judged as HAProxy judges them`(
        condition: String,
        request: String,
        expected: String
    ) throws {
        #expect(try route("use_backend api \(condition)", request) == expected)
    }

    @Test func `an acl declared twice is the union of its lines`() throws {
        let rules = "acl x path /a\nacl x path /b\nuse_backend api if x"
        #expect(try route(rules, "GET /b ") == "api")
        #expect(try route(rules, "GET /c ") == "web")
    }

    @Test func `map changes are seen after they are published`() throws {
        let rules = "use_backend %[req.hdr(host),map(hosts.map)]"
        #expect(try route(rules, "GET / \nHost: new", ["add map hosts.map new cdn"]) == "cdn")
        #expect(
            try route(rules, "GET / \nHost: a.example", ["set map hosts.map a.example cdn"])
                == "cdn"
        )
        #expect(
            try route(rules, "GET / \nHost: a.example", ["del map hosts.map a.example"]) == "web"
        )
    }

    @Test func `the monitor fails while its condition holds`() throws {
        let fixture = try RuntimeFixture(
            """
            frontend fe
             bind :80
             monitor-uri /up
             acl restored str(ready),map(virt@apus) -m found
             monitor fail unless restored
             default_backend web
            backend web
            """
        )
        let (head, bytes) = RequestSample.parse("GET /up ")
        var snapshot = fixture.plane.snapshot
        let failsBefore = Router.monitorFails(
            head,
            in: bytes.span,
            frontend: snapshot.frontends[0],
            snapshot: snapshot
        )
        fixture.run("add map virt@apus ready 1")
        snapshot = fixture.plane.snapshot
        let failsAfter = Router.monitorFails(
            head,
            in: bytes.span,
            frontend: snapshot.frontends[0],
            snapshot: snapshot
        )
        #expect(failsBefore && !failsAfter)
    }
}

/// Heads of requests for tests.
enum RequestSample {
    /// `METHOD target ` and then `Name: value` lines, read as HTTP/1.0, which needs no Host.
    static func parse(_ text: String) -> (head: RequestHead, bytes: [UInt8]) {
        var lines = text.split(separator: "\n").map(String.init)
        lines[0] += "HTTP/1.0"
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var head = RequestHead()
        let result = RequestParser.parse(bytes.span, into: &head)
        precondition(result == .complete, "the sample is not a request: \(text)")
        return (head, bytes)
    }
}
