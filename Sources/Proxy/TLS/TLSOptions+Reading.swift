extension TLSOptions {
    /// Finds a file of authorities or revocation lists by its name in the configuration.
    typealias BundleFinder = (String, CertificateBundle.Kind) -> CertificateBundle?

    /// Reads keywords until the words end; the first mistake, or nil.
    mutating func read(_ words: [String], bundle: BundleFinder) -> TLSContext.Mistake? {
        var rest = words[...]
        while let keyword = rest.first {
            do throws(TLSContext.Mistake) {
                let used = try read(from: rest, bundle: bundle)
                guard used > 0 else {
                    return TLSContext.Mistake("unknown or unsupported keyword '\(keyword)'.")
                }
                rest = rest.dropFirst(used)
            } catch {
                return error
            }
        }
        return nil
    }

    /// Reads the keyword that `words` begin with; how many words it took, 0 when it is none of TLS.
    mutating func read(
        from words: ArraySlice<String>,
        bundle: BundleFinder
    ) throws(TLSContext.Mistake) -> Int {
        guard let keyword = words.first else { return 0 }
        if readSwitch(keyword) { return 1 }
        guard Self.valued.contains(keyword) else { return 0 }
        guard let value = words.dropFirst().first else {
            throw TLSContext.Mistake("'\(keyword)' : missing argument")
        }
        switch keyword {
        case "ciphers": ciphers = value
        case "ciphersuites": ciphersuites = value
        case "curves", "ecdhe": curves = value
        case "sigalgs": signatureAlgorithms = value
        case "alpn": protocols = try Self.protocols(value)
        case "ssl-min-ver": minVersion = try Self.version(value, keyword)
        case "ssl-max-ver": maxVersion = try Self.version(value, keyword)
        case "verify": verification = try Self.verification(value)
        case "ca-file": authorities = try Self.find(value, keyword, bundle)
        case "ca-verify-file": silentAuthorities = try Self.find(value, keyword, bundle)
        case "crl-file": revocations = try Self.find(value, keyword, bundle)
        case "crt-ignore-err": ignored.certificate = try Self.errors(value, keyword)
        case "ca-ignore-err": ignored.authority = try Self.errors(value, keyword)
        default:
            // `ocsp-update off`: what it asks for is how it is.
            guard value == "off" else {
                throw TLSContext.Mistake("'\(keyword) \(value)' is not supported by apus-proxy.")
            }
        }
        return 2
    }

    private static let valued: Set<String> = [
        "ciphers", "ciphersuites", "curves", "ecdhe", "sigalgs", "alpn", "ssl-min-ver",
        "ssl-max-ver", "verify", "ca-file", "ca-verify-file", "crl-file", "crt-ignore-err",
        "ca-ignore-err", "ocsp-update",
    ]

    private static func errors(_ list: String, _ keyword: String) throws(TLSContext.Mistake)
        -> TLSIgnoredErrors
    {
        guard let errors = TLSIgnoredErrors(list) else {
            throw TLSContext.Mistake(
                "'\(keyword)' : '\(list)' is neither 'all' nor a list of errors."
            )
        }
        return errors
    }

    /// Keywords without a value; false for any other word.
    private mutating func readSwitch(_ keyword: String) -> Bool {
        switch keyword {
        case "no-tls-tickets": hasTickets = false
        case "tls-tickets": hasTickets = true
        case "prefer-client-ciphers": prefersClientCiphers = true
        case "no-ca-names": namesAuthorities = false
        case "no-alpn": protocols = []
        // It allows; a client whose early data is not taken sends it again (RFC 8446 §4.2.10).
        case "allow-0rtt": break
        case "force-tlsv10": force(.tls10)
        case "force-tlsv11": force(.tls11)
        case "force-tlsv12": force(.tls12)
        case "force-tlsv13": force(.tls13)
        // Never spoken.
        case "no-sslv3": break
        case "no-tlsv10": minVersion = max(minVersion, .tls11)
        case "no-tlsv11": minVersion = max(minVersion, .tls12)
        case "no-tlsv12" where minVersion == .tls12: minVersion = .tls13
        case "no-tlsv13": maxVersion = min(maxVersion ?? .tls12, .tls12)
        default: return false
        }
        return true
    }

    private mutating func force(_ version: Version) {
        minVersion = version
        maxVersion = version
    }

    private static func version(_ name: String, _ keyword: String) throws(TLSContext.Mistake)
        -> Version
    {
        guard let version = Version(name: name) else {
            throw TLSContext.Mistake("'\(keyword)' : unknown ssl/tls version \(name)")
        }
        return version
    }

    private static func protocols(_ list: String) throws(TLSContext.Mistake) -> [String] {
        let names = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard !names.contains(where: { $0.isEmpty || $0.utf8.count > 255 }) else {
            throw TLSContext.Mistake("'alpn' : one of the protocol names is empty or too long")
        }
        if let unknown = names.first(where: { $0.hasPrefix("h2") || $0.hasPrefix("h3") }) {
            throw TLSContext.Mistake("'alpn' : '\(unknown)' is not supported by apus-proxy yet.")
        }
        return names
    }

    private static func verification(_ word: String) throws(TLSContext.Mistake) -> Verification {
        switch word {
        case "none": return .none
        case "optional": return .optional
        case "required": return .required
        default:
            throw TLSContext.Mistake(
                "'verify' : unknown verify method '\(word)', only 'none', 'optional', and 'required' are supported\n"
            )
        }
    }

    private static func find(
        _ name: String,
        _ keyword: String,
        _ bundle: BundleFinder
    ) throws(TLSContext.Mistake) -> CertificateBundle {
        let kind: CertificateBundle.Kind = keyword == "crl-file" ? .revocations : .authorities
        guard let found = bundle(name, kind) else {
            throw TLSContext.Mistake("'\(keyword)' : unable to load \(name).")
        }
        return found
    }
}
