/// An authority's addresses (RFC 8555 §7.1.1).
package struct ACMEDirectory: Hashable, Sendable, Codable {
    package let newNonce: String
    package let newAccount: String
    package let newOrder: String
    package let revokeCert: String?
    /// RFC 9773 §4.1; nil where the authority has no advice about renewal.
    package let renewalInfo: String?
    package let meta: Meta?

    /// What the authority says of itself.
    package struct Meta: Hashable, Sendable, Codable {
        package let termsOfService: String?
        package let externalAccountRequired: Bool?
        package let profiles: [String: String]?
    }
}

/// An order as the authority tells it (RFC 8555 §7.1.3).
package struct ACMEOrderResource: Hashable, Sendable, Codable {
    package let status: String
    package let authorizations: [String]
    package let finalize: String
    package let certificate: String?
    package let error: ACMEProblem?
}

/// An authorization as the authority tells it (RFC 8555 §7.1.4).
package struct ACMEAuthorization: Hashable, Sendable, Codable {
    package let status: String
    package let identifier: ACMEIdentifier
    package let challenges: [Challenge]

    /// One way to prove it (RFC 8555 §8).
    package struct Challenge: Hashable, Sendable, Codable {
        package let type: String
        package let url: String
        package let token: String?
        package let status: String?
        package let error: ACMEProblem?
    }
}

/// When an authority wants a certificate renewed, in seconds since 1970 (RFC 9773 §4.2).
package struct RenewalWindow: Hashable, Sendable, Codable {
    package let start: Int
    package let end: Int
    /// Not to be asked again before then.
    package var askAgain: Int

    package init(start: Int, end: Int, askAgain: Int) {
        self.start = start
        self.end = end
        self.askAgain = askAgain
    }
}
