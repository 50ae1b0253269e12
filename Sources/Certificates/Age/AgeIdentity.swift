import Crypto
import FoundationEssentials

/// A private key of `age`: `AGE-SECRET-KEY-1…`, an X25519 key in Bech32 (BIP 173).
package struct AgeIdentity: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey

    /// One identity; nil when the text is none.
    package init?(_ text: SecretText) {
        guard let bytes = Self.bech32(text.revealed.lowercased(), prefix: "age-secret-key-"),
            bytes.count == 32,
            let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: Data(bytes))
        else { return nil }
        self.key = key
    }

    /// The identities of a file as `age-keygen` writes it, one a line, with comments; nil when a line is neither.
    package static func all(in file: SecretText) -> [AgeIdentity]? {
        var identities: [AgeIdentity] = []
        for line in file.revealed.split(whereSeparator: \.isNewline) {
            let text = String(line).trimming(" \t")
            if text.isEmpty || text.hasPrefix("#") { continue }
            guard let identity = AgeIdentity(SecretText(text)) else { return nil }
            identities.append(identity)
        }
        return identities
    }

    /// The file key that a stanza wraps for this identity; nil when it is for another.
    func unwrap(_ wrapped: [UInt8], share: [UInt8]) -> SymmetricKey? {
        guard
            let ephemeral = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: Data(share)),
            let secret = try? key.sharedSecretFromKeyAgreement(with: ephemeral)
        else { return nil }
        let wrapping = secret.hkdfDerivedSymmetricKey(
            using: SHA256.self,
            salt: Data(share) + key.publicKey.rawRepresentation,
            sharedInfo: Data("age-encryption.org/v1/X25519".utf8),
            outputByteCount: 32
        )
        guard let nonce = try? ChaChaPoly.Nonce(data: [UInt8](repeating: 0, count: 12)),
            let box = try? ChaChaPoly.SealedBox(
                nonce: nonce,
                ciphertext: Data(wrapped.prefix(16)),
                tag: Data(wrapped.suffix(16))
            ),
            let fileKey = try? ChaChaPoly.open(box, using: wrapping)
        else { return nil }
        return SymmetricKey(data: fileKey)
    }

    /// The bytes of a Bech32 text with this prefix; nil when its checksum does not hold.
    private static func bech32(_ text: String, prefix: String) -> [UInt8]? {
        let letters = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        guard text.utf8.count <= 100, text.hasPrefix(prefix + "1") else { return nil }
        var values: [UInt32] = []
        for letter in text.utf8.dropFirst(prefix.utf8.count + 1) {
            guard let value = letters.firstIndex(of: letter) else { return nil }
            values.append(UInt32(value))
        }
        let head = prefix.utf8.map { UInt32($0 >> 5) } + [0] + prefix.utf8.map { UInt32($0 & 31) }
        guard values.count >= 6, checksum(head + values) == 1 else { return nil }
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for value in values.dropLast(6) {
            bits = (bits << 5 | value) & 0xfff
            count += 5
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bytes
    }

    private static func checksum(_ values: [UInt32]) -> UInt32 {
        let generators: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
        return values.reduce(1) { sum, value in
            let next = (sum & 0x1ff_ffff) << 5 ^ value
            return generators.indices.reduce(next) { result, index in
                sum >> (25 + UInt32(index)) & 1 == 1 ? result ^ generators[index] : result
            }
        }
    }
}
