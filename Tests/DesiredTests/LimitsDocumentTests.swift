import Model
import Testing

@testable import Desired

@Suite struct LimitsDocumentTests {
    static func limits(_ spec: String, name: String = "edge") -> String {
        "apiVersion: apus/v1\nkind: Limits\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static let mistakes: [(String, String)] = [
        ("more than the boot file allows", limits("  maxconn: 10001")),
        ("no connection at all", limits("  maxconn: 0")),
        ("a frontend that is not there", limits("  frontends: {egde: {maxconn: 5}}")),
        ("a frontend that is a number", limits("  frontends: {edge: 5}")),
        ("a frontend without a limit", limits("  frontends: {edge: {}}")),
        ("a frontend HAProxy would not take", limits("  frontends: {\"a b\": {maxconn: 5}}")),
        ("a rate nobody counts", limits("  rateLimit: {requests: 5}")),
        ("a rate below nothing", limits("  rateLimit: {sessions: -1}")),
        (
            "two documents of one name",
            limits("  rateLimit: {sessions: 5}") + "---\n" + limits("  maxconn: 6")
        ),
        (
            "one limit from two documents",
            limits("  rateLimit: {sessions: 5}") + "---\n"
                + limits("  rateLimit: {sessions: 6, connections: 1}", name: "again")
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "limits.txt")
    }

    @Test func `limits of several documents come together in one order`() throws {
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet, "boot/edge.cfg": Mistakes.boot,
            "x.yaml": Self.limits(
                "  rateLimit: {ssl-sessions: 7, connections: 0}\n  maxconn: 10000"
            ),
            "y.yaml": Self.limits("  frontends: {edge: {maxconn: 50}}", name: "two"),
        ])
        let limits = try #require(loaded.state?.fleets.first?.limits)
        #expect(
            limits.map { "\($0.target) \($0.value) \($0.origin)" } == [
                "maxconn global 10000 x.yaml:7:12", "maxconn frontend edge 50 y.yaml:6:31",
                "rate-limit connections global 0 x.yaml:6:45",
                "rate-limit ssl-sessions global 7 x.yaml:6:29",
            ]
        )
    }
}
