import Crypto
import FoundationEssentials
package import Model

/// How control over a name is proven (RFC 8555 §8, RFC 8737).
package typealias ChallengeKind = DesiredIssuer.Challenge

/// What the authority will look for, where only the owner of a name can put it.
package struct ACMEChallenge: Hashable, Sendable {
    package let kind: ChallengeKind
    /// Without `*.`, which dns-01 proves by the name below it.
    package let name: String
    package let token: String
    /// What http-01 answers; the other kinds look for its digest.
    package let authorization: String

    package init(kind: ChallengeKind, name: String, token: String, authorization: String) {
        self.kind = kind
        self.name = name
        self.token = token
        self.authorization = authorization
    }

    /// Where http-01 asks (RFC 8555 §8.3).
    package var path: String { "/.well-known/acme-challenge/\(token)" }

    /// What the TXT record of `_acme-challenge.NAME` says for dns-01 (RFC 8555 §8.4).
    package var digest: String {
        Base64URL.encode(SHA256.hash(data: Data(authorization.utf8)))
    }

    /// 8 to 128 letters of base64's URL alphabet: no other token is ever put into a path or a command (§8.1).
    static func isToken(_ text: String) -> Bool {
        (8...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                    || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: "_")
            }
    }
}

/// Puts challenges where the authority looks, and takes them away again.
///
/// Both may be called again after a crash, for a challenge that is there already or not any more.
package protocol ChallengePublisher: Sendable {
    /// Returns when the authority can see it everywhere it may look.
    func publish(_ challenge: ACMEChallenge) async throws(ChallengeError)

    /// Returns when nobody sees it any more.
    func withdraw(_ challenge: ACMEChallenge) async throws(ChallengeError)
}

/// Why a challenge could not be put in its place: where, and what to do.
package struct ChallengeError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
