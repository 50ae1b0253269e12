import Model

/// An Issuer document: an authority and how it is asked (RFC 8555).
struct IssuerDocument: Sendable {
    let head: DocumentHead
    var acme: Acme?

    static let schema = ObjectSchema<IssuerDocument>([
        .required("acme", "An authority that speaks ACME.", Acme.schema.value(Acme.init)) {
            $0.acme = $1
        }
    ])

    /// The keys under `acme`.
    struct Acme: Sendable {
        var directory: String?
        var contact: [String] = []
        var challenge: Located<DesiredIssuer.Challenge>?
        var profile: String?
        var hook: Located<String>?
        var externalAccount: String?
        var challengeMap: PatternFileName?

        static let schema = ObjectSchema<Acme>([
            .required("directory", "The URL of the authority's directory.", url) {
                $0.directory = $1
            },
            ObjectSchema.Field("contact", "Mail addresses of the account.", mail) {
                $0.contact = $1
            },
            ObjectSchema.Field(
                "challenge",
                "How names are shown to be ours; http-01 if not given.",
                .located(.choice())
            ) {
                $0.challenge = $1
            },
            ObjectSchema.Field("profile", "A profile that the authority offers.", .word) {
                $0.profile = $1
            },
            ObjectSchema.Field(
                "hook",
                "A program that puts records for dns-01 in place.",
                .located(.outsidePath)
            ) {
                $0.hook = $1
            },
            ObjectSchema.Field(
                "externalAccount",
                "The key identifier of an external account; its key is in the provider's store.",
                .word
            ) {
                $0.externalAccount = $1
            },
            ObjectSchema.Field("challengeMap", "The map that answers http-01.", .patternFile) {
                $0.challengeMap = $1
            },
        ])
    }

    private static let url = ValueSchema<String>(.text(pattern: "^https://[!-~]+$")) {
        node,
        reader in
        guard let text = reader.text(node), text.hasPrefix("https://"), text.utf8.count > 8,
            text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
        else {
            reader.reject(node, expected: "a URL that begins with https://")
            return nil
        }
        return text
    }

    private static let address = ValueSchema<String>(.text(pattern: "^[^@ ]+@[^@ ]+$")) {
        node,
        reader in
        guard let text = reader.text(node), text.split(separator: "@").count == 2,
            text.utf8.allSatisfy({ $0 > 32 && $0 != 127 })
        else {
            reader.reject(node, expected: "a mail address")
            return nil
        }
        return text
    }

    private static let mail = ValueSchema<[String]>(
        .anyOf([address.shape, .list(of: address.shape)])
    ) { node, reader in
        reader.tree.kind(node) == .sequence
            ? ValueSchema<[String]>.list(of: address).read(node, &reader)
            : address.read(node, &reader).map { [$0] }
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> IssuerDocument? {
        var issuer = IssuerDocument(head: head)
        schema.read(spec, &reader, into: &issuer)
        if let acme = issuer.acme {
            let usesDNS = acme.challenge?.value == .dns01
            if let hook = acme.hook, !usesDNS {
                reader.report("hook is for challenge dns-01", at: hook.origin)
            } else if let challenge = acme.challenge, usesDNS, acme.hook == nil {
                reader.report("dns-01 needs a hook", at: challenge.origin)
            }
        }
        return head.name.isEmpty ? nil : issuer
    }

    /// Nil when it was reported that something is missing.
    var issuer: DesiredIssuer? {
        guard let acme, let directory = acme.directory else { return nil }
        var issuer = DesiredIssuer(name: head.name, directory: directory, origin: head.origin)
        issuer.contact = acme.contact
        issuer.challenge = acme.challenge?.value ?? .http01
        issuer.profile = acme.profile
        issuer.hook = acme.hook?.value
        issuer.externalAccount = acme.externalAccount
        issuer.challengeMap = acme.challengeMap
        return issuer
    }
}
