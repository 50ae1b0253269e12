import Model
import Testing

@testable import Desired

@Suite struct FrontendDocumentTests {
    static func frontend(_ spec: String, name: String = "shop-tls") -> String {
        "apiVersion: apus/v1\nkind: Frontend\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static let mistakes: [(String, String)] = [
        ("nothing but fleets", frontend("")),
        ("a defaults section that is not there", frontend("  from: htpt\n  binds: [\"*:1\"]")),
        (
            "a rule that is none",
            frontend("  from: http\n  binds: [\"*:1\"]\n  rules: [use-backend x]")
        ),
        ("an open quote", frontend("  from: http\n  binds: [\"*:1 name 'x\"]")),
        ("a comment for a bind", frontend("  from: http\n  binds: [\"# x\"]")),
        ("two lines in one", frontend("  from: http\n  binds: [\"a\\nb\"]")),
        (
            "a backend that is not there",
            frontend("  from: http\n  binds: [\"*:1\"]\n  defaultBackend: sohp")
        ),
        (
            "a frontend of the boot file",
            frontend("  from: http\n  binds: [\"*:1\"]", name: "edge")
        ),
        (
            "two documents for one frontend",
            frontend("  from: http\n  binds: [\"*:1\"]") + "---\n"
                + frontend("  name: shop-tls\n  from: http\n  binds: [\"*:1\"]", name: "again")
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "frontend.txt")
    }

    @Test func `a frontend keeps its lines in order with their places`() throws {
        let text = Self.frontend(
            """
              name: tls
              from: http
              binds: ["*:8443 ssl crt-list certs/edge.crtlist alpn h2,http/1.1", "*:8444"]
              rules: ["use_backend %[req.hdr(host),lower,map(maps/hosts.map)]"]
              defaultBackend: shop
            """
        )
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet, "boot/edge.cfg": Mistakes.boot, "x.yaml": text,
        ])
        let frontend = try #require(loaded.state?.fleets.first?.frontends.first)
        #expect(frontend.name.text == "tls")
        #expect(frontend.defaults.text == "http")
        #expect(frontend.binds.map(\.text.count) == [55, 6])
        #expect(frontend.binds.last?.origin.line == 8)
        #expect(frontend.rules.count == 1)
        #expect(frontend.defaultBackend?.text == "shop")
    }
}
