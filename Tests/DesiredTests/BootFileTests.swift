import Model
import Testing

@testable import Desired

@Suite struct BootFileTests {
    private func read(_ text: String) -> BootFile { BootFile(text, path: "boot/edge.cfg") }

    private func backend(_ name: String, in text: String) throws -> BootFile.Backend {
        try #require(read(text).backends[try BackendName(name)])
    }

    @Test func `backends and listen sections are backends`() {
        let file = read("global\nfrontend f\nbackend b\nlisten l\n")
        #expect(file.backends.keys.map(\.text).sorted() == ["b", "l"])
        #expect(file.diagnostics == [])
    }

    @Test func `default-server comes from defaults and from the section, the last word winning`()
        throws
    {
        let text = """
            defaults one
                default-server inter 1s weight 5
            defaults two
                default-server inter 9s
            backend a from one
                default-server weight 6 check
                default-server maxconn 3
            backend b
            """
        #expect(
            try backend("a", in: text).defaultServer.command == "check inter 1s maxconn 3 weight 6"
        )
        #expect(try backend("b", in: text).defaultServer.command == "inter 9s")
    }

    @Test func `sections that start from each other, and from none, are read all the same`() throws
    {
        let text = """
            defaults a from b
                default-server inter 1s
            defaults b from a
                default-server rise 9
            backend x from a
            backend y from nobody
            """
        #expect(try backend("x", in: text).defaultServer.command == "inter 1s rise 9")
        #expect(try backend("y", in: text).defaultServer.command == "")
    }

    @Test(.timeLimit(.minutes(1))) func `sections are read once each, however many start from one`()
    {
        let defaults =
            "defaults d\n" + String(repeating: "  default-server inter 1s\n", count: 3_000)
        let file = read(defaults + String(repeating: "backend b\n", count: 20_000))
        #expect(file.backends.count == 1)
        let chain = (1...10_000).map { "defaults d\($0) from d\($0 - 1)\n" }.joined()
        let sections = read("defaults d0\n  mode http\n" + chain).defaults.values
        #expect(sections.count == 10_001)
        #expect(sections.count { $0.setsMode } == 10_001)
    }

    @Test func `balance and hash-type are told`() throws {
        let text =
            "backend a\n  balance hdr(x-user)\n  hash-type consistent sdbm avalanche\nbackend b\n  hash-type map-based\n"
        #expect(try backend("a", in: text).facts.balance == "hdr(x-user)")
        #expect(try backend("a", in: text).facts.usesConsistentHash)
        #expect(try !backend("b", in: text).facts.usesConsistentHash)
    }

    @Test func `servers that another line names must stay`() throws {
        let text = """
            backend a
                server s1 10.0.0.1:80
                server s2 10.0.0.2:80 track b/t1
                server s3 10.0.0.3:80 track s1
                use-server s2 if { path / }
            backend b
                server t1 10.0.0.4:80
                server t2 10.0.0.5:80
            """
        #expect(
            try backend("a", in: text).facts.servers.map(\.text).sorted() == ["s1", "s2", "s3"]
        )
        #expect(try backend("a", in: text).facts.referenced.map(\.text).sorted() == ["s1", "s2"])
        #expect(try backend("b", in: text).facts.referenced.map(\.text) == ["t1"])
    }

    @Test(arguments: [
        ("use_backend %[req.hdr(host),lower,map(virt@hosts.map)]", ["virt@hosts.map"]),
        (
            "use_backend %[req.hdr(host),map_dom(/etc/h.map,web)] if { path,map_beg(p.map) -m found }",
            ["/etc/h.map", "p.map"]
        ),
        ("http-request set-map(/etc/b.map) %[src] %[url]", ["/etc/b.map"]),
        ("http-request del-map(c.map) %[src]", ["c.map"]),
        ("http-request set-var(txn.mapped) str(map),bitmap(x)", []),
        ("http-request set-header X \"%[path,map_str_int('q.map')]\"", ["'q.map'"]),
    ]) func `maps are found wherever a rule names them`(line: String, maps: [String]) {
        #expect(read("frontend f\n  \(line)\n").maps.sorted() == maps)
    }

    @Test(
        arguments: [
            ("virt@apus", "virt@apus"), ("maps/apus.map", "maps/apus.map"),
            ("/etc/apus.lst", "/etc/apus.lst"),
            ("apusx.map", nil), ("my-apus.map", nil), ("apus/hosts.map", nil),
        ] as [(String, String?)]
    ) func `the map named apus is Apus's own`(name: String, status: String?) {
        let file = read("frontend f\n  acl up str(ready),map(\(name)) -m found\n")
        #expect(file.statusMap?.text == status)
    }

    @Test func `variables take their defaults`() throws {
        let file = read("backend \"${NAME-shop}\"\n  server s \"${HOST-10.0.0.1}:80\"\n")
        #expect(file.backends.keys.map(\.text) == ["shop"])
    }

    @Test func `what cannot be read is warned about and the rest is used`() {
        let file = read("backend a\n  server \"x\nbackend b\n")
        #expect(file.backends.keys.map(\.text).sorted() == ["a", "b"])
        #expect(file.diagnostics.map(\.severity) == [.warning])
        #expect(file.diagnostics.map(\.origin.line) == [2])
    }

    @Test(.timeLimit(.minutes(1))) func `a boot file of many brackets does not take long`() {
        let file = read(
            "frontend f\n  use_backend " + String(repeating: "map(", count: 50_000) + "\n"
        )
        #expect(file.maps.count <= 50_000)
    }
}
