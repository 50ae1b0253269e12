import Testing

@testable import Desired

@Suite struct BackendDocumentTests {
    static let mistakes: [(String, String)] = [
        (
            "unknown keys",
            Mistakes.backend("  server: {wieght: 5, maxcon: 3, zzz: 1}\n" + Mistakes.servers)
        ),
        (
            "a duplicate server",
            Mistakes.backend(
                "  servers:\n    a: 10.0.0.1:80\n    b: 10.0.0.2:80\n    a: 10.0.0.3:80"
            )
        ),
        (
            "a weight above the limit",
            Mistakes.backend("  servers:\n    web3: {address: \"10.0.0.1:80\", weight: 300}")
        ),
        (
            "a weight below the limit",
            Mistakes.backend("  servers:\n    web3: {address: \"10.0.0.1:80\", weight: -1}")
        ),
        (
            "a number in quotes",
            Mistakes.backend("  server: {maxconn: \"200\"}\n" + Mistakes.servers)
        ),
        ("a number in words", Mistakes.backend("  server: {maxconn: many}\n" + Mistakes.servers)),
        ("a flag that is a word", Mistakes.backend("  server: {check: yes}\n" + Mistakes.servers)),
        (
            "a duration nobody understands",
            Mistakes.backend("  server: {inter: 2 seconds}\n" + Mistakes.servers)
        ),
        (
            "a duration out of range",
            Mistakes.backend("  server: {inter: 30d}\n" + Mistakes.servers)
        ),
        (
            "a choice misspelt",
            Mistakes.backend("  server: {on-marked-down: shutdown-session}\n" + Mistakes.servers)
        ),
        ("a word with spaces", Mistakes.backend("  server: {sni: str(a b)}\n" + Mistakes.servers)),
        ("an address without port", Mistakes.backend("  servers: {a: 10.0.0.1}")),
        ("an address with a name", Mistakes.backend("  servers: {a: \"web.example.com:80\"}")),
        ("an address of octets too large", Mistakes.backend("  servers: {a: \"10.0.0.256:80\"}")),
        ("an address with leading zeros", Mistakes.backend("  servers: {a: \"10.0.0.01:80\"}")),
        (
            "an address with a port too large",
            Mistakes.backend("  servers: {a: \"10.0.0.1:65536\"}")
        ),
        ("no address", Mistakes.backend("  servers:\n    a:\n    b: {weight: 3}")),
        ("servers as a list", Mistakes.backend("  servers: [\"10.0.0.1:80\"]")),
        ("a server that is a list", Mistakes.backend("  servers: {a: [\"10.0.0.1:80\"]}")),
        (
            "a server name HAProxy refuses",
            Mistakes.backend("  servers: {\"a b\": \"10.0.0.1:80\"}")
        ),
        (
            "a state that is none",
            Mistakes.backend("  servers: {a: {address: \"10.0.0.1:80\", state: draining}}")
        ),
        (
            "an id out of range",
            Mistakes.backend("  servers: {a: {address: \"10.0.0.1:80\", id: 1048576}}")
        ),
        ("an id for all servers", Mistakes.backend("  server: {id: 5}\n" + Mistakes.servers)),
        (
            "equal ids",
            Mistakes.backend(
                "  servers:\n    a: {address: \"10.0.0.1:80\", id: 5}\n    b: {address: \"10.0.0.2:80\", id: 5}"
            )
        ),
        ("a guid", Mistakes.backend("  servers: {a: {address: \"10.0.0.1:80\", guid: x}}")),
        ("no servers", Mistakes.backend("  unmanaged: keep")),
        (
            "an unknown policy",
            Mistakes.backend("  unmanaged: delete\n  replace: inplace\n" + Mistakes.servers)
        ),
        (
            "an unknown aspect",
            Mistakes.backend("  manage: [membership, wieght]\n" + Mistakes.servers)
        ),
        (
            "shares that are none",
            Mistakes.backend("  maxUnavailable: 0\n  minCapacity: 70\n" + Mistakes.servers)
        ),
        (
            "more than everything",
            Mistakes.backend("  maxUnavailable: 101%\n  minCapacity: 170%\n" + Mistakes.servers)
        ),
        (
            "a dynamic backend of nothing",
            Mistakes.backend("  dynamic: true\n" + Mistakes.servers, name: "new")
        ),
        (
            "a dynamic backend from a section that is not there",
            Mistakes.backend("  dynamic: true\n  from: htpt\n" + Mistakes.servers, name: "new")
        ),
        (
            "a dynamic backend of the boot file",
            Mistakes.backend("  dynamic: true\n  from: http\n" + Mistakes.servers)
        ),
        (
            "a section for a backend of the boot file",
            Mistakes.backend("  from: http\n" + Mistakes.servers)
        ),
        (
            "removing what is not managed",
            Mistakes.backend("  unmanaged: remove\n  manage: [weight]\n" + Mistakes.servers)
        ),
        ("discovery", Mistakes.backend("  discovery: {consul: shop}\n" + Mistakes.servers)),
        (
            "a template that is not there",
            Mistakes.backend("  inherit: http-app\n" + Mistakes.servers)
        ),
        (
            "a backend that the boot file does not have",
            Mistakes.backend(Mistakes.servers, name: "shpo")
        ),
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
            Mistakes.backend(Mistakes.servers) + "---\n"
                + Mistakes.backend("  name: shop\n" + Mistakes.servers, name: "again")
        ),
        ("control characters", Mistakes.backend("  servers: {\"a\\e[31m\": \"10.0.0.1:80\"}")),
        (
            "many mistakes at once",
            Mistakes.backend(
                "  maxUnavailable: x\n  servers:\n    a: {adress: 1, weight: x}\n    b: 1\n    c: {address: \"1.2.3.4:5\", state: on}"
            )
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "backend.txt")
    }
}
