import Crypto
import FoundationEssentials

/// A body signed for one address and one nonce: flattened JSON Web Signature (RFC 7515 §7.2.2, RFC 8555 §6.2).
struct SignedMessage {
    /// Who signs: a key that is not registered yet, or an account by its address.
    enum Signer {
        case key
        case account(String)
    }

    let bytes: [UInt8]

    /// Signs with an account's key; no payload is the empty one of POST-as-GET (RFC 8555 §6.3).
    init(
        _ payload: String?,
        to url: String,
        nonce: String,
        by signer: Signer,
        key: AccountKey
    ) throws {
        let identity =
            switch signer {
            case .key: #""jwk":\#(key.webKey)"#
            case .account(let url): #""kid":\#(JSONText.quote(url))"#
            }
        let header =
            #"{"alg":"ES256",\#(identity),"nonce":\#(JSONText.quote(nonce)),"url":\#(JSONText.quote(url))}"#
        let signed = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode((payload ?? "").utf8))"
        bytes = Self.flattened(signed, signature: try key.signature(of: signed))
    }

    /// Binds a new account to one that the authority's customer has elsewhere (RFC 8555 §7.3.4).
    init(binding key: AccountKey, to external: ExternalAccount, at url: String) {
        let header =
            #"{"alg":"HS256","kid":\#(JSONText.quote(external.id)),"url":\#(JSONText.quote(url))}"#
        let signed = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(key.webKey.utf8))"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(signed.utf8),
            using: SymmetricKey(data: external.secret)
        )
        bytes = Self.flattened(signed, signature: Array(code))
    }

    private static func flattened(_ signed: String, signature: [UInt8]) -> [UInt8] {
        let parts = signed.split(separator: ".", omittingEmptySubsequences: false)
        let text =
            #"{"protected":"\#(parts[0])","payload":"\#(parts[1])","signature":"\#(Base64URL.encode(signature))"}"#
        return Array(text.utf8)
    }
}

/// Values as JSON.
enum JSONText {
    /// The text in quotes, with what JSON wants escaped.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A list of texts.
    static func list(_ texts: [String]) -> String {
        "[" + texts.map(quote).joined(separator: ",") + "]"
    }
}
