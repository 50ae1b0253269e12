/// An authority and how it is asked for certificates (RFC 8555).
package struct DesiredIssuer: Hashable, Sendable {
    /// How the authority is shown that a name is ours.
    package enum Challenge: String, Hashable, Sendable, Codable, CaseIterable {
        case http01 = "http-01"
        case dns01 = "dns-01"
        case tlsALPN01 = "tls-alpn-01"
    }

    /// The document's name.
    package let name: String
    /// The URL of the authority's directory.
    package let directory: String
    /// Mail addresses, without `mailto:`.
    package var contact: [String] = []
    package var challenge: Challenge = .http01
    /// What the authority offers under `meta.profiles`.
    package var profile: String?
    /// A program that puts a TXT record in place and takes it away again; for dns-01 only.
    package var hook: String?
    /// The key identifier of an external account (RFC 8555 section 7.3.4); its key is in the provider's store.
    package var externalAccount: String?
    /// The map that answers http-01; nil for the default.
    package var challengeMap: PatternFileName?
    package let origin: Origin

    package init(name: String, directory: String, origin: Origin) {
        self.name = name
        self.directory = directory
        self.origin = origin
    }
}
