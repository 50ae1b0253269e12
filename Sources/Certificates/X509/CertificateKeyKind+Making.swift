import Crypto
import CryptoExtras
package import Model
package import X509

extension CertificateKeyKind {
    /// A new key from the system's source of randomness.
    package func makeKey() throws -> Certificate.PrivateKey {
        switch self {
        case .ecdsaP256: Certificate.PrivateKey(P256.Signing.PrivateKey())
        case .ecdsaP384: Certificate.PrivateKey(P384.Signing.PrivateKey())
        case .rsa2048: Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits2048))
        case .rsa3072: Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits3072))
        case .rsa4096: Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .bits4096))
        }
    }

    /// Nil for a kind that Apus does not ask for.
    init?(_ key: Certificate.PublicKey) {
        if let key = _RSA.Signing.PublicKey(key) {
            switch key.keySizeInBits {
            case 2048: self = .rsa2048
            case 3072: self = .rsa3072
            case 4096: self = .rsa4096
            default: return nil
            }
        } else if P256.Signing.PublicKey(key) != nil {
            self = .ecdsaP256
        } else if P384.Signing.PublicKey(key) != nil {
            self = .ecdsaP384
        } else {
            return nil
        }
    }
}
