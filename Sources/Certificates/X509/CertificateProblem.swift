/// Why a certificate must not be given to a proxy, in words that say what to do; never shows the key.
package enum CertificateProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than anybody's chain: refused before it is looked at.
    case tooLarge(bytes: Int)
    /// Not PEM, or PEM that holds something else.
    case unreadable(String)
    case noCertificate
    case noKey
    case severalKeys
    /// The key is no certificate's.
    case keyDoesNotMatch
    /// A certificate that no certificate before it names as its issuer.
    case brokenChain(subject: String, missing: String)
    case notCovered(name: String, names: [String])
    case notYetValid(from: String)
    case expired(at: String)
    /// Below what anybody accepts today.
    case weakKey(String)

    package var description: String {
        switch self {
        case .tooLarge(let bytes):
            "\(bytes) bytes are more than the \(CertificateBundle.sizeLimit) allowed for a certificate, its chain and its key"
        case .unreadable(let why): "not a PEM certificate: \(why)"
        case .noCertificate: "there is no certificate; add the 'BEGIN CERTIFICATE' part"
        case .noKey: "there is no private key; add the 'BEGIN PRIVATE KEY' part"
        case .severalKeys: "there are several private keys; leave only the certificate's own"
        case .keyDoesNotMatch: "the private key belongs to none of the certificates"
        case .brokenChain(let subject, let missing):
            "'\(subject)' is not part of the chain, which needs the certificate of '\(missing)'"
        case .notCovered(let name, let names):
            "'\(name)' is not among its names (\(names.isEmpty ? "it has none" : names.joined(separator: ", ")))"
        case .notYetValid(let date): "it is not valid before \(date)"
        case .expired(let date): "it expired at \(date)"
        case .weakKey(let key): "its key is too weak: \(key)"
        }
    }
}
