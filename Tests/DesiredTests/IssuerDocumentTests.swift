import Model
import Testing

@testable import Desired

@Suite struct IssuerDocumentTests {
    static func issuer(_ acme: String, name: String = "public") -> String {
        "apiVersion: apus/v1\nkind: Issuer\nmetadata: {name: \(name)}\nspec:\n  acme:\n\(acme)\n"
    }

    static let mistakes: [(String, String)] = [
        (
            "an issuer of no kind",
            "apiVersion: apus/v1\nkind: Issuer\nmetadata: {name: a}\nspec: {}\n"
        ),
        ("an authority in the open", issuer("    directory: http://acme.example/dir")),
        (
            "what is no mail address",
            issuer("    directory: https://a.example\n    contact: [ops, \"mailto:a@b@c\"]")
        ),
        (
            "a challenge that is none",
            issuer("    directory: https://a.example\n    challenge: http")
        ),
        (
            "dns-01 without a hook",
            issuer("    directory: https://a.example\n    challenge: dns-01")
        ),
        ("a hook without dns-01", issuer("    directory: https://a.example\n    hook: /bin/true")),
        (
            "two issuers of one name",
            issuer("    directory: https://a.example") + "---\n"
                + issuer("    directory: https://b.example")
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "issuer.txt")
    }
}
