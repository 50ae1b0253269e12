import Foundation
import Model
import Simulation
import Testing

@testable import Desired

/// Shows the mistakes of a table of documents as `apus check` does and compares them with a golden file.
enum Mistakes {
    /// Where the tests' own files are.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    static let fleet = """
        apiVersion: apus/v1
        kind: Fleet
        metadata: {name: edge, labels: {role: edge}}
        spec:
          proxies: [{name: lb1, runtime: "unix:run/lb1.sock"}]
          boot: boot/edge.cfg
          routing: {hostMap: maps/hosts.map}

        """

    static let boot = """
        global
            maxconn 10000
        defaults http
            default-server inter 2s resolvers dns
            mode http
        frontend edge
            http-request deny if { src -f lists/bad.acl }
            use_backend %[req.hdr(host),lower,map(maps/hosts.map)]
            use_backend %[path,map_beg(maps/paths.map)]
            acl up str(ready),map(maps/apus.map) -m found
        backend shop
            balance roundrobin
            server boot-1 10.9.9.9:80
        backend cache
            balance uri
            hash-type consistent

        """

    /// A Backend document with these lines under `spec`, indented by two.
    static func backend(_ spec: String, name: String = "shop") -> String {
        "apiVersion: apus/v1\nkind: Backend\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static func map(_ spec: String) -> String {
        "apiVersion: apus/v1\nkind: Map\nmetadata: {name: paths}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static func route(_ spec: String, name: String = "shop") -> String {
        "apiVersion: apus/v1\nkind: Route\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static let servers = "  servers: {a: \"10.0.0.1:80\"}"

    /// Loads each document beside a fleet and a boot file; all of them must be refused.
    static func check(
        _ cases: [(title: String, text: String)],
        against golden: String,
        boot: String? = nil
    ) throws {
        // What a boot file of its own does not name is not asked for either.
        let routing = "  routing: {hostMap: maps/hosts.map}\n"
        let fleet = boot == nil ? fleet : fleet.replacing(routing, with: "")
        let boot = boot ?? Self.boot
        var text = ""
        for (title, document) in cases {
            let loaded = try load(["fleet.yaml": fleet, "boot/edge.cfg": boot, "x.yaml": document])
            #expect(loaded.state == nil, "\(title) was accepted")
            text += "== \(title)\n"
            for (problem, line) in zip(loaded.diagnostics, loaded.problems)
            where problem.severity == .error {
                let excerpt = loaded.excerpt(at: problem.origin)?.description ?? "(no text)"
                text += "\(line)\n\(excerpt)\n"
            }
            text += "\n"
        }
        let difference = Golden.difference(
            of: text,
            from: folder.appending(path: "Golden/\(golden)")
        )
        #expect(difference == nil, "\(difference ?? "")")
    }
}
