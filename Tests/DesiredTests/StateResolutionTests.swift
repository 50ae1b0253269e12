import Model
import Testing

@testable import Desired

@Suite struct StateResolutionTests {
    private let fleet = """
        apiVersion: apus/v1
        kind: Fleet
        metadata: {name: edge, labels: {role: edge, dc: par}}
        spec:
          proxies: [{name: lb1, runtime: "unix:run/lb1.sock", zone: a}, {name: lb2, runtime: "tcp://10.0.0.2:9999"}]
          boot: boot/edge.cfg
          routing: {hostMap: maps/hosts.map}
          rollout: {waves: ["1", 10%, 100%], soak: 10s, maxParallel: 8, onHalt: rollback}
          removal: {grace: 1500, drainTimeout: 2m}
          owner: edge-team

        """

    private let boot = """
        defaults
            mode http
            default-server check inter 2s weight 7
        frontend edge
            use_backend %[req.hdr(host),lower,map(maps/hosts.map,shop)]
            acl restored str(ready),map(virt@apus) -m found
        backend shop
            balance uri whole
            hash-type consistent
            default-server fall 5 no-check
            server old-1 10.9.9.9:80
            server old-2 10.9.9.8:80 track shop/old-1
            use-server old-2 if TRUE
        backend cache

        """

    private func resolved(_ documents: String..., files: [String: String] = [:]) throws
        -> DesiredFleet
    {
        var all = ["fleet.yaml": fleet, "boot/edge.cfg": boot].merging(files) { $1 }
        for (number, text) in documents.enumerated() { all["d\(number).yaml"] = text }
        let loaded = try load(all)
        #expect(loaded.problems == [])
        return try #require(loaded.state?.fleets.first)
    }

    private func document(_ kind: String, _ name: String, _ spec: String) -> String {
        "apiVersion: apus/v1\nkind: \(kind)\nmetadata: {name: \(name)}\nspec:\n\(spec)\n"
    }

    private let selector = "  fleets: {matchLabels: {role: edge}}\n"

    @Test func `a fleet carries its settings`() throws {
        let fleet = try resolved()
        #expect(fleet.proxies.map(\.zone) == ["a", ""])
        #expect(
            fleet.proxies.map(\.runtime) == [
                .unix("run/lb1.sock"), .tcp(host: "10.0.0.2", port: 9999),
            ]
        )
        #expect(fleet.rollout.waves == [.count(1), .percent(10), .percent(100)])
        #expect(fleet.rollout.soak == Milliseconds(10_000))
        #expect(fleet.rollout.maxParallel == 8)
        #expect(fleet.rollout.rollsBackOnHalt)
        #expect(fleet.removal.grace == Milliseconds(1500))
        #expect(fleet.removal.drainTimeout == Milliseconds(120_000))
        #expect(fleet.owner == "edge-team")
        #expect(fleet.statusMap?.text == "virt@apus")
    }

    @Test func `what a document leaves out has its documented default`() throws {
        let state = try #require(try load(smallState).state)
        let fleet = try #require(state.fleets.first)
        #expect(fleet.rollout.waves == [.percent(100)])
        #expect(fleet.removal.grace == Milliseconds(5_000))
        let backend = try #require(fleet.backends.first)
        #expect(backend.unmanaged == .keep)
        #expect(backend.maxUnavailable == .count(1))
        #expect(backend.minCapacity == 0)
        #expect(backend.replacement == .inPlaceName)
        #expect(backend.manages == Set(DesiredBackend.Aspect.allCases))
        let server = try #require(backend.servers.first)
        #expect(server.state == .ready)
        #expect(server.attributes.isEmpty)
        #expect(server.attributes.weight == .one)
    }

    @Test func `attributes merge from boot file to template to backend to server`() throws {
        let fleet = try resolved(
            document(
                "ServerTemplate",
                "app",
                "  server: {check: true, inter: 3s, maxconn: 10, backup: true}"
            ),
            document(
                "Backend",
                "shop",
                selector
                    + "  inherit: app\n  server: {maxconn: 20, send-proxy-v2: true}\n  servers:\n"
                    + "    b: {address: \"10.0.0.2:80\", weight: 9, backup: false, state: drain}\n    a: 10.0.0.1:80"
            )
        )
        let servers = try #require(fleet.backends.first?.servers)
        #expect(servers.map(\.name.text) == ["a", "b"])
        #expect(servers.map(\.state) == [.ready, .drain])
        #expect(
            servers[0].attributes.command
                == "backup check fall 5 inter 3s maxconn 20 weight 7 send-proxy-v2"
        )
        #expect(
            servers[1].attributes.command
                == "check fall 5 inter 3s maxconn 20 weight 9 send-proxy-v2"
        )
        #expect(servers[1].origin.description == "d1.yaml:9:5")
    }

    @Test func `the boot file tells balance, boot servers and servers that must stay`() throws {
        let fleet = try resolved(document("Backend", "shop", selector + "  servers: {}"))
        let boot = try #require(fleet.backends.first?.boot)
        #expect(boot.balance == "uri whole")
        #expect(boot.usesConsistentHash)
        #expect(boot.servers.map(\.text).sorted() == ["old-1", "old-2"])
        #expect(boot.referenced.map(\.text).sorted() == ["old-1", "old-2"])
    }

    @Test func `keywords without a dynamic form are warned about once`() throws {
        let files = [
            "fleet.yaml": fleet,
            "boot/edge.cfg": boot + "    default-server resolvers dns init-addr none inter 1s\n",
            "a.yaml": document("Backend", "cache", selector + "  servers: {a: \"10.0.0.1:80\"}"),
        ]
        let loaded = try load(files)
        #expect(
            loaded.problems == [
                "boot/edge.cfg:15:1: warning: default-server init-addr has no form for servers added at runtime: it needs a restart (in the boot file)",
                "boot/edge.cfg:15:1: warning: default-server resolvers has no form for servers added at runtime: it needs a restart (in the boot file)",
            ]
        )
        let server = try #require(loaded.state?.fleets.first?.backends.first?.servers.first)
        #expect(server.attributes.command == "check inter 1s weight 7")
    }

    @Test func `routes become entries of the host map, in lower case and sorted`() throws {
        let fleet = try resolved(
            document(
                "Route",
                "b",
                selector + "  hosts: [Shop.example.com, a.example.com]\n  backend: shop"
            ),
            document("Route", "a", selector + "  hosts: [c.example.com]\n  backend: cache")
        )
        let map = try #require(fleet.maps.first)
        #expect(map.name.text == "maps/hosts.map")
        #expect(
            map.entries.map { "\($0.key) \($0.value)" } == [
                "a.example.com shop", "c.example.com cache", "shop.example.com shop",
            ]
        )
        #expect(map.entries.map(\.origin.line) == [6, 6, 6])
    }

    @Test func `a fleet that routes has its host map even without a route`() throws {
        #expect(try resolved().maps.map(\.entries) == [[]])
    }

    @Test func `a Map document and routes share one map`() throws {
        let fleet = try resolved(
            document("Route", "b", selector + "  hosts: [b.example.com]\n  backend: shop"),
            document(
                "Map",
                "hosts",
                selector
                    + "  name: maps/hosts.map\n  unmanaged: remove\n  atomic: true\n  entries: {a.example.com: cache}"
            )
        )
        let map = try #require(fleet.maps.first)
        #expect(fleet.maps.count == 1)
        #expect(map.entries.map(\.key) == ["a.example.com", "b.example.com"])
        #expect(map.unmanaged == .remove)
        #expect(map.isAtomic)
    }

    @Test func `values of a map are text whatever their YAML type`() throws {
        let fleet = try resolved(
            document(
                "Map",
                "m",
                selector
                    + "  name: maps/hosts.map\n  entries: {/api/: 100, /login: \"5\", /x: no, /y: 1e3, ~: z}"
            )
        )
        #expect(
            fleet.maps.first?.entries.map { "\($0.key)=\($0.value)" } == [
                "/api/=100", "/login=5", "/x=no", "/y=1e3", "~=z",
            ]
        )
    }

    @Test func `a list and a file keep the order of their entries`() throws {
        let list = try resolved(
            document(
                "Map",
                "m",
                selector
                    + "  name: maps/hosts.map\n  entries:\n    - {key: \"^/b\", value: 1}\n    - {key: \"^/a\", value: 2}"
            )
        )
        #expect(list.maps.first?.isOrdered == true)
        #expect(list.maps.first?.entries.map(\.key) == ["^/b", "^/a"])
        let file = try resolved(
            document("Map", "m", selector + "  name: maps/hosts.map\n  entriesFrom: lists/a.txt"),
            files: ["lists/a.txt": "# a comment\n\n^/b  one two \r\n  ^/a\t2\n"]
        )
        #expect(file.maps.first?.isOrdered == true)
        #expect(
            file.maps.first?.entries.map { "\($0.key)=\($0.value)" } == ["^/b=one two", "^/a=2"]
        )
        #expect(
            file.maps.first?.entries.map(\.origin.description) == [
                "lists/a.txt:3:1", "lists/a.txt:4:3",
            ]
        )
    }

    @Test func `mistakes in an entries file have their place in it`() throws {
        let loaded = try load([
            "fleet.yaml": fleet, "boot/edge.cfg": boot, "a.txt": "a 1\nb\na 2\n",
            "m.yaml": document(
                "Map",
                "m",
                selector + "  name: maps/hosts.map\n  entriesFrom: a.txt"
            ),
        ])
        #expect(
            loaded.problems == [
                "a.txt:2:1: a line must be a key, white space and a value",
                "a.txt:3:1: key \"a\" appears twice in this map (first: a.txt:1:1)",
            ]
        )
        #expect(loaded.excerpt(at: loaded.diagnostics[0].origin)?.description == "2 | b\n  | ^")
    }

    @Test func `selectors want all labels and any glob`() throws {
        let one = document(
            "Backend",
            "shop",
            "  fleets: {matchLabels: {role: edge, dc: par}, matchNames: [\"x*\", \"e?g*\"]}\n  servers: {}"
        )
        #expect(try resolved(one).backends.count == 1)
        let none = document(
            "Backend",
            "shop",
            "  fleets: {matchLabels: {role: edge, dc: ams}}\n  servers: {}"
        )
        let loaded = try load(["fleet.yaml": fleet, "boot/edge.cfg": boot, "a.yaml": none])
        #expect(
            loaded.problems == ["a.yaml:5:11: no fleet matches this selector (in backend shop)"]
        )
    }

    @Test func `one document serves several fleets`() throws {
        let second = fleet.replacing("name: edge,", with: "name: west,").replacing(
            "run/lb1",
            with: "run/lb3"
        )
        .replacing("10.0.0.2", with: "10.0.0.3")
        let loaded = try load([
            "fleet.yaml": fleet, "west.yaml": second, "boot/edge.cfg": boot,
            "a.yaml": document("Backend", "shop", selector + "  servers: {a: \"10.0.0.1:80\"}"),
        ])
        #expect(loaded.problems == [])
        #expect(loaded.state?.fleets.map(\.name.text) == ["edge", "west"])
        #expect(loaded.state?.fleets.map(\.backends.count) == [1, 1])
    }

    @Test func `a dynamic backend needs a section with a mode`() throws {
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet,
            "boot/edge.cfg": Mistakes.boot.replacing("mode http", with: ""),
            "x.yaml": Mistakes.backend(
                "  dynamic: true\n  from: http\n" + Mistakes.servers,
                name: "new"
            ),
        ])
        #expect(loaded.problems.contains { $0.contains("sets no mode") })
    }

    @Test func `a dynamic backend inherits the defaults section it is made from`() throws {
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet, "boot/edge.cfg": Mistakes.boot,
            "x.yaml": Mistakes.backend(
                "  dynamic: true\n  from: http\n" + Mistakes.servers,
                name: "new"
            ),
            "y.yaml": Mistakes.route("  hosts: [a.example.com]\n  backend: new"),
        ])
        let fleet = try #require(loaded.state?.fleets.first)
        let backend = try #require(fleet.backends.first)
        #expect(backend.defaults?.text == "http")
        #expect(backend.boot?.servers == [])
        #expect(backend.servers.first?.attributes.command == "inter 2s")
        #expect(fleet.maps.first?.entries.map(\.value) == ["new"])
    }

    @Test func `a balance that takes no new servers is warned about, with the line`() throws {
        let withoutHashType = boot.replacing("    hash-type consistent\n", with: "")
        let loaded = try load([
            "fleet.yaml": fleet, "boot/edge.cfg": withoutHashType,
            "x.yaml": document(
                "Backend",
                "shop",
                selector + "  servers: {old-1: \"10.9.9.9:80\", new: \"10.0.0.1:80\"}"
            ),
        ])
        #expect(
            loaded.problems == [
                "x.yaml:6:35: warning: backend shop has balance uri, which takes no server at runtime: it needs a restart, or hash-type consistent in the boot file (in server new of backend shop)"
            ]
        )
    }
}
