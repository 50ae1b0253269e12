import Model
import Testing

@testable import Desired

@Suite struct AttributeRulesTests {
    private func mistakes(_ server: String, own: String = "") throws -> [String] {
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet, "boot/edge.cfg": Mistakes.boot,
            "x.yaml": Mistakes.backend(
                "  server: {\(server)}\n  servers: {a: {address: \"10.0.0.1:80\"\(own)}, b: \"10.0.0.2:80\"}"
            ),
        ])
        return loaded.diagnostics.filter { $0.severity == .error }.map(\.description)
    }

    @Test func `what no proxy takes together is told once, at the first server`() throws {
        #expect(
            try mistakes("usesrc: clientip") == ["x.yaml:7:13: usesrc needs source"]
        )
        #expect(try mistakes("usesrc: clientip, source: 0.0.0.0") == [])
        #expect(try mistakes("agent-check: true") == ["x.yaml:7:13: agent-check needs agent-port"])
        #expect(
            try mistakes("minconn: 9", own: ", maxconn: 5")
                == ["x.yaml:7:13: minconn 9 is above maxconn 5"]
        )
    }

    @Test func `a server tracks servers of the boot file only, and is then not checked itself`()
        throws
    {
        #expect(try mistakes("track: boot-1") == [])
        #expect(try mistakes("track: shop/boot-1") == [])
        #expect(
            try mistakes("", own: ", track: /") == [
                "x.yaml:7:13: track / names no server of the boot file; only such a server can be tracked"
            ]
        )
        #expect(
            try mistakes("track: boot-1", own: ", check: true")
                == ["x.yaml:7:13: check and track exclude each other"]
        )
    }
}
