import Crypto
import Foundation
import Testing

@testable import Certificates

struct SignedMessageTests {
    @Test func `a message says who signs what for where, and the signature holds`() throws {
        let key = AccountKey()
        let signer = SignedMessage.Signer.account("https://ca.test/a/1")
        let message = try SignedMessage(
            #"{"a":1}"#,
            to: "https://ca.test/x",
            nonce: "abcd",
            by: signer,
            key: key
        )
        let parts = try JSONDecoder().decode([String: String].self, from: Data(message.bytes))
        let (header, payload) = (parts["protected"] ?? "", parts["payload"] ?? "")
        #expect(
            String(decoding: try #require(Base64URL.decode(header)), as: UTF8.self)
                == #"{"alg":"ES256","kid":"https://ca.test/a/1","nonce":"abcd","url":"https://ca.test/x"}"#
        )
        #expect(Base64URL.decode(payload) == Array(#"{"a":1}"#.utf8))
        let publicKey = try P256.Signing.PrivateKey(pemRepresentation: key.pem.revealed).publicKey
        let bytes = try #require(Base64URL.decode(parts["signature"] ?? ""))
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: bytes)
        #expect(publicKey.isValidSignature(signature, for: Data("\(header).\(payload)".utf8)))
    }

    @Test func `an account key comes back from its PEM, and only from one of its kind`() throws {
        let key = AccountKey()
        let again = try #require(AccountKey(pem: key.pem))
        #expect(again.thumbprint == key.thumbprint)
        #expect(key.thumbprint.utf8.count == 43)
        #expect(key.authorization(of: "token") == "token.\(key.thumbprint)")
        #expect(AccountKey(pem: SecretText("garbage")) == nil)
        #expect(AccountKey(pem: SecretText(P384.Signing.PrivateKey().pemRepresentation)) == nil)
    }

    @Test func `an external account needs an identifier and a key in base64`() {
        #expect(ExternalAccount(id: "k", secret: SecretText("c2VjcmV0")) != nil)
        #expect(ExternalAccount(id: "", secret: SecretText("c2VjcmV0")) == nil)
        #expect(ExternalAccount(id: "k", secret: SecretText("!")) == nil)
        #expect(ExternalAccount(id: "k", secret: SecretText("")) == nil)
    }

    @Test func `bytes of every length survive base64 for URLs`() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8($0 * 7 & 255) | 0xf8 }
            let text = Base64URL.encode(bytes)
            #expect(!text.contains { "+/=".contains($0) })
            #expect(Base64URL.decode(text) == bytes)
        }
        #expect(JSONText.quote("a\"\\\n") == #""a\"\\\u000a""#)
        #expect(JSONText.list(["a", "b"]) == #"["a","b"]"#)
    }
}
