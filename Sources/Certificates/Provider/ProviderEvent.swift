/// What a provider tells while it works; nothing in it is secret.
package enum ProviderEvent: Hashable, Sendable, CustomStringConvertible {
    case ordering(name: String, why: String)
    /// Moments in seconds since 1970.
    case issued(name: String, fingerprint: String, notAfter: Int, renewAt: Int)
    case failed(name: String, why: String, retryAt: Int)
    /// The certificate goes on serving, and nobody could renew it so far.
    case expiring(name: String, notAfter: Int, why: String)
    case trouble(String)

    package var description: String {
        switch self {
        case .ordering(let name, let why): "\(name): ordering a certificate: \(why)"
        case .issued(let name, let fingerprint, let notAfter, let renewAt):
            "\(name): issued \(fingerprint.prefix(12)), valid until \(UnixTime.text(notAfter)), renewed at \(UnixTime.text(renewAt))"
        case .failed(let name, let why, let retryAt):
            "\(name): \(why); again at \(UnixTime.text(retryAt))"
        case .expiring(let name, let notAfter, let why):
            "\(name): expires at \(UnixTime.text(notAfter)) and is not renewed: \(why)"
        case .trouble(let words): words
        }
    }
}
