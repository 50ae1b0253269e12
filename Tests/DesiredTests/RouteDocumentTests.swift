import Testing

@testable import Desired

@Suite struct RouteDocumentTests {
    static let mistakes: [(String, String)] = [
        ("a route to nowhere", Mistakes.route("  hosts: [a.example.com]\n  backend: shp")),
        ("a host with a port", Mistakes.route("  hosts: [\"a.example.com:80\"]\n  backend: shop")),
        ("a wildcard host", Mistakes.route("  hosts: [\"*.example.com\"]\n  backend: shop")),
        (
            "two routes of one name",
            Mistakes.route("  hosts: [a.example.com]\n  backend: shop") + "---\n"
                + Mistakes.route("  hosts: [b.example.com]\n  backend: shop")
        ),
        (
            "a host routed twice",
            Mistakes.route("  hosts: [a.example.com]\n  backend: shop") + "---\n"
                + Mistakes.route("  hosts: [A.example.com]\n  backend: cache", name: "other")
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "route.txt")
    }
}
