import Model
import Simulation
import Testing

@testable import Desired

@Suite struct StateExportTests {
    private let boot = """
        defaults
            default-server inter 3s weight 7
        frontend edge
            use_backend %[req.hdr(host),lower,map(maps/hosts.map)]
            use_backend %[path,map_reg(maps/re.map)]
            acl up str(ready),map(maps/apus.map) -m found
        backend shop
            balance roundrobin
            default-server check maxconn 50
            server a 10.0.0.1:80 weight 20 sni str(a)
            server b 10.0.0.2:80 no-check resolvers dns init-addr none
        listen stats
            bind 127.0.0.1:9

        """

    private func name<Kind>(_ text: String) throws -> Name<Kind> { try Name(text) }

    private func server(
        _ name: String,
        _ address: String,
        _ change: (inout ObservedServer) -> Void = { _ in }
    ) throws -> ObservedServer {
        var server = ObservedServer(name: try self.name(name), id: 1, endpoint: Endpoint(address))
        change(&server)
        return server
    }

    private func source(_ servers: [ObservedServer]) throws -> StateExport.Source {
        var observed = ObservedProxy(
            name: try name("lb1"),
            incarnation: Incarnation(pid: 1, startTime: 1),
            capabilities: ProxyCapabilities(program: .haproxy, version: ProxyVersion(2, 6))
        )
        let shop: BackendName = try name("shop")
        observed.backends[shop] = ObservedBackend(
            name: shop,
            id: 3,
            servers: Dictionary(uniqueKeysWithValues: servers.map { ($0.name, $0) })
        )
        let target = ProxyTarget(name: observed.name, runtime: .unix("/run/lb1.sock"))
        return StateExport.Source(
            fleet: try name("edge"),
            proxies: [target],
            observed: observed,
            attributes: [:]
        )
    }

    private func text(_ export: StateExport, _ path: String) throws -> String {
        try #require(export.files.first { $0.path == path }?.text)
    }

    private func attributes(_ words: (ServerAttribute, String)...) -> ServerAttributes {
        var attributes = ServerAttributes()
        for (attribute, text) in words {
            attributes[attribute] = AttributeValue(text, for: attribute)
        }
        return attributes
    }

    @Test func `a backend that Apus made at runtime is declared as one`() throws {
        var source = try source([try server("a", "10.0.0.1:80")])
        source.boot = ("boot/edge.cfg", "defaults http\n  mode http\ndefaults tcp\n  mode tcp\n")
        let shop: BackendName = try name("shop")
        let http: DefaultsName = try name("http")
        #expect(StateExport(source).files.contains { $0.path == "backends/shop.yaml" } == false)
        source.observed.backends[shop]?.guid = BackendIdentity.guid(of: shop, from: http)
        let text = try text(StateExport(source), "backends/shop.yaml")
        #expect(text.contains("  dynamic: true\n  from: http\n"))
    }

    @Test func `without a boot file everything that is shown is written`() throws {
        var source = try source([
            try server("a", "10.0.0.1:80") {
                $0.isChecked = true
                $0.isCheckEnabled = true
            },
            try server("b", "[2001:db8::2]:80") { $0.admin = .drain },
        ])
        let shop: BackendName = try name("shop")
        source.attributes[ServerPath(shop, try name("a"))] = attributes(
            (.weight, "20"),
            (.maxconn, "50"),
            (.check, "")
        )
        source.attributes[ServerPath(shop, try name("b"))] = attributes((.maxconn, "50"))
        let export = StateExport(source)
        #expect(
            try text(export, "backends/shop.yaml") == """
                # What the Runtime API hides of 2 servers (inter, sni, verify and others) is not written here;
                # added below, it counts as equal until `apus adopt`.
                apiVersion: apus/v1
                kind: Backend
                metadata: {name: shop}
                spec:
                  fleets: {matchNames: [edge]}
                  server: {maxconn: 50}
                  servers:
                    a: {address: "10.0.0.1:80", check: true, weight: 20}
                    b: {address: "[2001:db8::2]:80", state: drain}

                """
        )
        #expect(
            try text(export, "fleet.yaml") == """
                # Written by `apus import`; from here on it is yours.
                apiVersion: apus/v1
                kind: Fleet
                metadata: {name: edge}
                spec:
                  proxies:
                    - {name: lb1, runtime: "unix:/run/lb1.sock"}

                """
        )
        #expect(export.notes == [])
    }

    @Test func `with a boot file only what differs from it is written, hidden attributes too`()
        throws
    {
        var source = try source([
            try server("a", "10.0.0.1:80") {
                $0.isChecked = true
                $0.isCheckEnabled = true
            },
            try server("b", "10.0.0.2:80"), try server("c", "10.0.0.3:80"),
        ])
        source.boot = ("boot/edge.cfg", boot)
        let shop: BackendName = try name("shop")
        source.attributes[ServerPath(shop, try name("a"))] = attributes(
            (.weight, "20"),
            (.maxconn, "50"),
            (.check, "")
        )
        source.attributes[ServerPath(shop, try name("b"))] = attributes(
            (.weight, "7"),
            (.maxconn, "50")
        )
        let export = StateExport(source)
        let written = try text(export, "backends/shop.yaml")
        #expect(
            written.contains(
                """
                  servers:
                    a: {address: "10.0.0.1:80", sni: "str(a)", weight: 20}
                    b: {address: "10.0.0.2:80", check: false}
                    c: {address: "10.0.0.3:80", maxconn: 0, weight: 1, check: false}
                """
            ),
            "\(written)"
        )
        #expect(
            export.notes == [
                "server shop/b has resolvers, init-addr in the boot file, which servers added at runtime cannot get"
            ]
        )
        #expect(export.files.map(\.path) == ["fleet.yaml", "backends/shop.yaml", "boot/edge.cfg"])
    }

    @Test func `what cannot be declared is left out and told`() throws {
        var source = try source([
            try server("a", ""), try server("b", "10.0.0.2:80"), try server("c", "10.0.0.3"),
        ])
        let shop: BackendName = try name("shop")
        source.resolved = [ServerPath(shop, try name("b"))]
        let twice = try PatternFileName("maps/twice.map")
        let odd = try PatternFileName("maps/odd.map")
        source.observed.maps[twice] = ObservedMap(
            name: twice,
            entries: [MapEntry(key: "a", value: "1"), MapEntry(key: "a", value: "2")]
        )
        source.observed.maps[odd] = ObservedMap(
            name: odd,
            entries: [MapEntry(key: "a", value: "x\u{1b}[2J")]
        )
        let export = StateExport(source)
        #expect(
            export.notes == [
                "server shop/a is left out: the proxy does not show its address",
                "server shop/b is left out: its address comes from DNS",
                "server shop/c is left out: it listens on no port of its own",
                "map maps/odd.map is left out: an entry of key \"a\" cannot be written in one line",
                "map maps/twice.map is left out: key \"a\" is in it twice",
            ]
        )
        #expect(try text(export, "backends/shop.yaml").hasSuffix("  servers: {}\n"))
    }

    @Test func `maps keep their order where a rule reads them in order`() throws {
        var source = try source([])
        source.boot = ("boot/edge.cfg", boot + "userlist u\n    user x insecure-password y\n")
        for text in ["maps/hosts.map", "maps/re.map", "maps/apus.map", "maps/other.map"] {
            let name = try PatternFileName(text)
            let entries = [MapEntry(key: "^/b", value: "b c"), MapEntry(key: "^/a", value: "10")]
            source.observed.maps[name] = ObservedMap(name: name, entries: entries)
        }
        let export = StateExport(source)
        #expect(
            try text(export, "maps/hosts.yaml").hasSuffix(
                "  entries:\n    \"^/b\": \"b c\"\n    \"^/a\": \"10\"\n"
            )
        )
        #expect(
            try text(export, "maps/re.yaml").hasSuffix(
                "  entries:\n    - {key: \"^/b\", value: \"b c\"}\n    - {key: \"^/a\", value: \"10\"}\n"
            )
        )
        #expect(!export.files.contains { $0.path.contains("apus") })
        #expect(
            export.notes == [
                "map maps/other.map is left out: no rule of boot/edge.cfg names it",
                "boot/edge.cfg:15 holds a password: take it out before you commit the file",
            ]
        )
    }

    @Test func `lists are written once each, whatever their order and repetition`() throws {
        var source = try source([])
        for text in ["lists/bad.acl", "other/bad.acl"] {
            source.observed.acls[try PatternFileName(text)] = ["192.0.2.2", "a b", "192.0.2.2"]
        }
        let export = StateExport(source)
        #expect(
            try text(export, "lists/bad.yaml") == """
                apiVersion: apus/v1
                kind: Acl
                metadata: {name: bad}
                spec:
                  name: lists/bad.acl
                  fleets: {matchNames: [edge]}
                  patterns:
                    - "192.0.2.2"
                    - "a b"

                """
        )
        #expect(export.files.map(\.path).contains("lists/other_bad.acl.yaml"))
        let files = Dictionary(uniqueKeysWithValues: export.files.map { ($0.path, $0.text) })
        #expect(try load(files).state?.fleets.first?.acls.map(\.patterns.count) == [2, 2])
    }

    @Test func `what is exported is loaded as it was, whatever the servers are called`() throws {
        var generator = Seed(7).generator
        for _ in 0..<200 {
            var servers: [ObservedServer] = []
            for number in 0..<Int.random(in: 0...6, using: &generator) {
                let names = ["no", "1", "a.b", "A-\(number)", "x_\(number)", "0x1", ":"]
                servers.append(
                    try server(
                        names[Int.random(in: 0..<names.count, using: &generator)] + String(number),
                        "10.0.0.\(number):\(Int.random(in: 1...65_535, using: &generator))"
                    ) { $0.admin = AdminState.allCases.randomElement(using: &generator) ?? .ready }
                )
            }
            var source = try source(servers)
            let shop: BackendName = try name("shop")
            for server in servers {
                source.attributes[ServerPath(shop, server.name)] = attributes(
                    (.weight, String(Int.random(in: 0...256, using: &generator))),
                    (.maxconn, String(Int.random(in: 0...2, using: &generator)))
                )
            }
            let export = StateExport(source)
            let files = Dictionary(uniqueKeysWithValues: export.files.map { ($0.path, $0.text) })
            let loaded = try load(files)
            #expect(loaded.problems == [])
            let found = try #require(loaded.state?.fleets.first?.backends.first?.servers)
            #expect(found.map(\.name) == servers.map(\.name).sorted())
            for server in found {
                let live = try #require(servers.first { $0.name == server.name })
                let shown = source.attributes[ServerPath(shop, server.name)]
                #expect(server.endpoint == live.endpoint)
                #expect(server.state == live.admin)
                #expect(server.attributes.weight == shown?.weight)
                #expect(server.attributes.integer(.maxconn) ?? 0 == shown?.integer(.maxconn) ?? 0)
            }
        }
    }
}
