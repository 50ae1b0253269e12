/// Why an authority gave no certificate: what was tried, at which authority, and what to do.
package struct ACMEError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    package enum Cause: Hashable, Sendable {
        /// No answer; the system's words.
        case unreachable(String)
        /// The authority's own words.
        case problem(ACMEProblem)
        /// It asked to be left alone until then, in seconds since 1970; nothing was sent.
        case held(until: Int)
        /// It answered something that RFC 8555 does not allow.
        case unreadable(String)
        /// Nonce after nonce was refused.
        case noncesRejected(Int)
        /// The account needs an external account, and none is configured.
        case externalAccountRequired
        /// The authority offers no such profile.
        case unknownProfile(String, offered: [String])
        /// What it gave must not reach any proxy.
        case unusable([CertificateProblem])
    }

    package let cause: Cause
    /// What was being done, e.g. `create an order`.
    package let tried: String
    /// Where, without a query.
    package let url: String

    package init(_ cause: Cause, tried: String, url: String) {
        self.cause = cause
        self.tried = tried
        self.url = String(url.prefix { $0 != "?" })
    }

    package var description: String { "cannot \(tried) at \(url): \(reason)" }

    /// What happened and what to do, without the place.
    package var reason: String {
        switch cause {
        case .unreachable(let words): "no answer (\(words)); it is tried again later"
        case .problem(let problem): problem.description
        case .held(let time): "it asked to be left alone until \(UnixTime.text(time))"
        case .unreadable(let what): "not understood: \(what)"
        case .noncesRejected(let count): "\(count) nonces in a row were refused"
        case .externalAccountRequired:
            "it wants an external account; set `externalAccount` of the issuer and keep its key in the store"
        case .unknownProfile(let name, let offered):
            "it has no profile '\(name)'\(offered.isEmpty ? "" : ", only \(offered.joined(separator: ", "))")"
        case .unusable(let problems):
            "what it gave must not be used: \(problems.map(\.description).joined(separator: "; "))"
        }
    }

    /// The account is not known, or not any more: registering anew may help (RFC 8555 §6.7).
    var isAboutAccount: Bool {
        guard case .problem(let problem) = cause else { return false }
        return problem.kind == "accountDoesNotExist"
    }
}
