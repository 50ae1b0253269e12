import Foundation
import Model
import Simulation
import Testing

@testable import Desired

/// Every mistake a person can make in a document, in one golden file as `apus check` shows it.
@Suite struct DiagnosticsTests {
    /// Where the repository's own files are.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()

    private static let fleet = """
        apiVersion: apus/v1
        kind: Fleet
        metadata: {name: edge, labels: {role: edge}}
        spec:
          proxies: [{name: lb1, runtime: "unix:run/lb1.sock"}]
          boot: boot/edge.cfg
          routing: {hostMap: maps/hosts.map}

        """

    private static let boot = """
        defaults
            default-server inter 2s resolvers dns
        frontend edge
            use_backend %[req.hdr(host),lower,map(maps/hosts.map)]
            use_backend %[path,map_beg(maps/paths.map)]
            acl up str(ready),map(maps/apus.map) -m found
        backend shop
            balance roundrobin
        backend cache
            balance uri
            hash-type consistent

        """

    /// A Backend document with these lines under `spec`, indented by two.
    private static func backend(_ spec: String, name: String = "shop") -> String {
        "apiVersion: apus/v1\nkind: Backend\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    private static func map(_ spec: String) -> String {
        "apiVersion: apus/v1\nkind: Map\nmetadata: {name: paths}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    private static func route(_ spec: String, name: String = "shop") -> String {
        "apiVersion: apus/v1\nkind: Route\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    private static let servers = "  servers: {a: \"10.0.0.1:80\"}"

    private static let documents: [(String, String)] = [
        ("a document that is a list", "- a\n- b\n"),
        ("a document that is a word", "hello\n"),
        ("an empty mapping", "{}\n"),
        ("an unknown version", "apiVersion: v1\nkind: Backend\nmetadata: {name: x}\nspec: {}\n"),
        ("an unknown kind", "apiVersion: apus/v1\nkind: Backends\nmetadata: {name: x}\nspec: {}\n"),
        (
            "a kind of a later version",
            "apiVersion: apus/v1\nkind: Certificate\nmetadata: {name: x}\nspec: {}\n"
        ),
        (
            "an unknown key at the top",
            "apiVersion: apus/v1\nkind: Backend\nmetdata: {name: x}\nspec: {}\n"
        ),
        ("a name HAProxy refuses", backend(servers, name: "\"my shop\"")),
        ("a name with a slash", backend("  name: a/b\n" + servers)),
        ("metadata without a name", "apiVersion: apus/v1\nkind: Backend\nmetadata: {}\nspec: {}\n"),
        (
            "a label without a value",
            "apiVersion: apus/v1\nkind: ServerTemplate\nmetadata: {name: x, labels: {a: }}\nspec: {server: {}}\n"
        ),
    ]

    private static let backends: [(String, String)] = [
        ("unknown keys", backend("  server: {wieght: 5, maxcon: 3, zzz: 1}\n" + servers)),
        (
            "a duplicate server",
            backend("  servers:\n    a: 10.0.0.1:80\n    b: 10.0.0.2:80\n    a: 10.0.0.3:80")
        ),
        (
            "a weight above the limit",
            backend("  servers:\n    web3: {address: \"10.0.0.1:80\", weight: 300}")
        ),
        (
            "a weight below the limit",
            backend("  servers:\n    web3: {address: \"10.0.0.1:80\", weight: -1}")
        ),
        ("a number in quotes", backend("  server: {maxconn: \"200\"}\n" + servers)),
        ("a number in words", backend("  server: {maxconn: many}\n" + servers)),
        ("a flag that is a word", backend("  server: {check: yes}\n" + servers)),
        ("a duration nobody understands", backend("  server: {inter: 2 seconds}\n" + servers)),
        ("a duration out of range", backend("  server: {inter: 30d}\n" + servers)),
        ("a choice misspelt", backend("  server: {on-marked-down: shutdown-session}\n" + servers)),
        ("a word with spaces", backend("  server: {sni: str(a b)}\n" + servers)),
        ("an address without port", backend("  servers: {a: 10.0.0.1}")),
        ("an address with a name", backend("  servers: {a: \"web.example.com:80\"}")),
        ("an address of octets too large", backend("  servers: {a: \"10.0.0.256:80\"}")),
        ("an address with leading zeros", backend("  servers: {a: \"10.0.0.01:80\"}")),
        ("an address with a port too large", backend("  servers: {a: \"10.0.0.1:65536\"}")),
        ("no address", backend("  servers:\n    a:\n    b: {weight: 3}")),
        ("servers as a list", backend("  servers: [\"10.0.0.1:80\"]")),
        ("a server that is a list", backend("  servers: {a: [\"10.0.0.1:80\"]}")),
        ("a server name HAProxy refuses", backend("  servers: {\"a b\": \"10.0.0.1:80\"}")),
        (
            "a state that is none",
            backend("  servers: {a: {address: \"10.0.0.1:80\", state: draining}}")
        ),
        ("an id out of range", backend("  servers: {a: {address: \"10.0.0.1:80\", id: 1048576}}")),
        ("an id for all servers", backend("  server: {id: 5}\n" + servers)),
        (
            "equal ids",
            backend(
                "  servers:\n    a: {address: \"10.0.0.1:80\", id: 5}\n    b: {address: \"10.0.0.2:80\", id: 5}"
            )
        ),
        ("a guid", backend("  servers: {a: {address: \"10.0.0.1:80\", guid: x}}")),
        ("no servers", backend("  unmanaged: keep")),
        ("an unknown policy", backend("  unmanaged: delete\n  replace: inplace\n" + servers)),
        ("an unknown aspect", backend("  manage: [membership, wieght]\n" + servers)),
        ("shares that are none", backend("  maxUnavailable: 0\n  minCapacity: 70\n" + servers)),
        (
            "more than everything",
            backend("  maxUnavailable: 101%\n  minCapacity: 170%\n" + servers)
        ),
        ("a dynamic backend", backend("  dynamic: true\n" + servers)),
        ("discovery", backend("  discovery: {consul: shop}\n" + servers)),
        ("a template that is not there", backend("  inherit: http-app\n" + servers)),
        ("a backend that the boot file does not have", backend(servers, name: "shpo")),
        (
            "an empty selector",
            "apiVersion: apus/v1\nkind: Backend\nmetadata: {name: shop}\nspec: {fleets: {}, servers: {}}\n"
        ),
        (
            "a selector of nothing",
            "apiVersion: apus/v1\nkind: Backend\nmetadata: {name: shop}\nspec: {fleets: {matchNames: [\"core-*\"]}, servers: {}}\n"
        ),
        (
            "two documents for one backend",
            backend(servers) + "---\n" + backend("  name: shop\n" + servers, name: "again")
        ),
        ("control characters", backend("  servers: {\"a\\e[31m\": \"10.0.0.1:80\"}")),
        (
            "many mistakes at once",
            backend(
                "  maxUnavailable: x\n  servers:\n    a: {adress: 1, weight: x}\n    b: 1\n    c: {address: \"1.2.3.4:5\", state: on}"
            )
        ),
    ]

    private static let routesAndMaps: [(String, String)] = [
        ("a route to nowhere", route("  hosts: [a.example.com]\n  backend: shp")),
        ("a host with a port", route("  hosts: [\"a.example.com:80\"]\n  backend: shop")),
        ("a wildcard host", route("  hosts: [\"*.example.com\"]\n  backend: shop")),
        (
            "a host routed twice",
            route("  hosts: [a.example.com]\n  backend: shop") + "---\n"
                + route("  hosts: [A.example.com]\n  backend: cache", name: "other")
        ),
        ("a map that no rule uses", map("  name: maps/path.map\n  entries: {}")),
        ("a map of Apus's own", map("  name: maps/apus.map\n  entries: {}")),
        ("a map without entries", map("  name: maps/paths.map")),
        ("entries given twice", map("  name: maps/paths.map\n  entries: {}\n  entriesFrom: a.txt")),
        (
            "entries from a file that is not there",
            map("  name: maps/paths.map\n  entriesFrom: a.txt")
        ),
        ("entries from outside", map("  name: maps/paths.map\n  entriesFrom: ../a.txt")),
        ("a key with a space", map("  name: maps/paths.map\n  entries: {a b: c}")),
        ("a value without a value", map("  name: maps/paths.map\n  entries: {a: , b: []}")),
        (
            "a key twice in a list",
            map("  name: maps/paths.map\n  entries: [{key: a, value: 1}, {key: a, value: 2}]")
        ),
        ("an element without value", map("  name: maps/paths.map\n  entries: [{key: a}]")),
        ("a map's name with a space", map("  name: my map\n  entries: {}")),
        (
            "two documents for one map",
            map("  name: maps/paths.map\n  entries: {}") + "---\n"
                + map("  name: maps/paths.map\n  entries: {}")
        ),
        (
            "a key that a route sets too",
            map("  name: maps/hosts.map\n  entries: {a.example.com: cache}") + "---\n"
                + route("  hosts: [a.example.com]\n  backend: shop")
        ),
    ]

    private static let fleets: [(String, String)] = [
        (
            "a fleet with the same name, proxy and address",
            "apiVersion: apus/v1\nkind: Fleet\nmetadata: {name: edge}\nspec:\n  proxies: [{name: lb9, runtime: \"unix:run/lb1.sock\"}]\n"
        ),
        (
            "proxies that are wrong",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: core}
            spec:
              proxies:
                - {name: a, runtime: "tls://10.0.0.1:9"}
                - {name: b, runtime: "10.0.0.1:9"}
                - {name: c}
                - {name: d, runtime: "tcp://10.0.0.2:9", zne: x}
                - {name: d, runtime: "tcp://10.0.0.3:9"}
              rollout: {waves: [1, 200%], soak: x, maxParallel: 0, onHalt: stop}
              boot: /etc/haproxy.cfg
              owner: edge team
            """
        ),
        (
            "a boot file and a map that are not there",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: core}
            spec:
              proxies: [{name: a, runtime: "tcp://10.0.0.1:9"}]
              boot: boot/core.cfg
            ---
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: dmz}
            spec:
              proxies: [{name: a, runtime: "tcp://10.0.0.2:9"}]
              boot: boot/edge.cfg
              routing: {hostMap: maps/host.map}
            """
        ),
        (
            "a route in a fleet without a host map",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: core}
            spec: {proxies: [{name: a, runtime: "tcp://10.0.0.1:9"}]}
            ---
            apiVersion: apus/v1
            kind: Route
            metadata: {name: x}
            spec: {fleets: {matchNames: [core]}, hosts: [a], backend: b}
            """
        ),
    ]

    @Test(arguments: [
        ("documents", documents), ("backends", backends), ("routes-and-maps", routesAndMaps),
        ("fleets", fleets),
    ]) func `mistakes read as the golden file says`(name: String, cases: [(String, String)]) throws
    {
        var text = ""
        for (title, document) in cases {
            let loaded = try load([
                "fleet.yaml": Self.fleet, "boot/edge.cfg": Self.boot, "x.yaml": document,
            ])
            #expect(loaded.state == nil, "\(title) was accepted")
            text += "== \(title)\n"
            for (problem, line) in zip(loaded.diagnostics, loaded.problems)
            where problem.severity == .error {
                text +=
                    "\(line)\n\(loaded.excerpt(at: problem.origin)?.description ?? "(no text)")\n"
            }
            text += "\n"
        }
        let file = Self.root.appending(path: "Golden/\(name).txt")
        let difference = Golden.difference(of: text, from: file)
        #expect(difference == nil, "\(difference ?? "")")
    }
}
