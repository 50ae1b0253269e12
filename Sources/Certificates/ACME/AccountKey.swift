import Crypto
import FoundationEssentials

/// The key by which an authority knows an account: ECDSA P-256, signing as ES256 (RFC 7518 §3.4).
package struct AccountKey: Sendable {
    private let key: P256.Signing.PrivateKey

    /// A new key from the system's source of randomness.
    package init() { key = P256.Signing.PrivateKey() }

    /// A key from PEM, such as another client's account key; nil when it is none on this curve.
    package init?(pem: SecretText) {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem.revealed) else {
            return nil
        }
        self.key = key
    }

    /// For the store alone.
    package var pem: SecretText { SecretText(key.pemRepresentation) }

    /// The public key as a JSON Web Key with its members in the order that the thumbprint wants (RFC 7638 §3.2).
    var webKey: String {
        let point = key.publicKey.rawRepresentation
        let (x, y) = (Base64URL.encode(point.prefix(32)), Base64URL.encode(point.suffix(32)))
        return #"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#
    }

    /// The key's name in challenges (RFC 8555 §8.1).
    package var thumbprint: String { Base64URL.encode(SHA256.hash(data: Data(webKey.utf8))) }

    /// What proves that the account's owner controls a name: the token, bound to the account.
    package func authorization(of token: String) -> String { "\(token).\(thumbprint)" }

    func signature(of text: String) throws -> [UInt8] {
        Array(try key.signature(for: Data(text.utf8)).rawRepresentation)
    }
}
