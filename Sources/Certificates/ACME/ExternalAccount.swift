import FoundationEssentials

/// What an authority gave its customer to bind an account to (RFC 8555 §7.3.4).
package struct ExternalAccount: Sendable {
    let id: String
    let secret: [UInt8]

    /// The key's identifier and the key as authorities print it, base64 with the URL alphabet; nil when it is not.
    package init?(id: String, secret: SecretText) {
        guard !id.isEmpty, let bytes = Base64URL.decode(secret.revealed), !bytes.isEmpty else {
            return nil
        }
        self.id = id
        self.secret = bytes
    }
}
