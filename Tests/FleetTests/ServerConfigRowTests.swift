import Model
import Planning
import RuntimeAPI
import Testing

@testable import Fleet

struct ServerConfigRowTests {
    private func row(_ backend: String, _ arguments: [String]) -> ServerConfigRow {
        ServerConfigRow(
            server: ServerReference(backend: backend, server: "web1"),
            id: 7,
            address: "10.0.0.1:80",
            arguments: arguments
        )
    }

    @Test func `what a row shows becomes attributes, and what we do not know is passed over`() {
        let row = row("shop", ["check", "inter", "500ms", "frobnicate", "weight", "3"])
        #expect(row.path == FleetFixture.path("web1"))
        #expect(row.attributes.command == "check inter 500ms weight 3")
        #expect(row.attributes.hidden.command == "check inter 500ms")
    }

    @Test func `names that only a proxy can give are no path`() {
        #expect(row("<HTTPCLIENT>", []).path == nil)
    }
}
