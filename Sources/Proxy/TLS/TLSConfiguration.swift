package import Model

/// Everything the boot file says of TLS: certificates, lists of them and the binds that serve them.
package struct TLSConfiguration: Sendable {
    /// By name, which is the path as the configuration spells it with `crt-base` before it.
    package var certificates: [String: Certificate] = [:]
    /// By name: files of `crt-list` and directories of `crt`.
    package var lists: [String: CertificateList] = [:]
    /// Files of authorities and revocation lists by name.
    package var bundles: [String: CertificateBundle] = [:]
    /// What every bind begins with (`ssl-default-bind-*`).
    package var defaults = TLSOptions()
    /// What every server with `ssl` begins with (`ssl-default-server-*`, `ssl-server-verify`).
    package var serverDefaults = TLSOptions()
    package var verifiesServers = true
    /// `crt-base` and `ca-base`: before relative paths.
    package var certificateBase = ""
    package var authorityBase = ""
    /// What a name with a certificate for each kind of key ends in (`ssl-load-extra-files bundle`).
    package static let bundleEndings = [".ecdsa", ".rsa", ".dsa"]
    /// What is looked for beside a certificate (`ssl-load-extra-files`).
    package var loads = TLSConfiguration.everyExtra
    package static let everyExtra: Set<String> = ["bundle", "sctl", "ocsp", "issuer", "key"]
    /// The key of `a.crt` is in `a.key` (`ssl-load-extra-del-ext`), not in `a.crt.key`.
    package var dropsExtensions = false
    /// Files of `tls-ticket-keys` in the order of the configuration, which numbers them.
    package var ticketKeys: [(file: String, keys: [TicketKey])] = []
    /// Made while options were checked: one for each distinct set.
    package var contexts: [TLSOptions: TLSContext] = [:]
    package var servers: [ServerTLS.Settings: ServerTLS] = [:]
    /// By number; one for each `bind` line with `ssl`.
    package var binds: [TLSBindConfiguration] = []

    package init() {}

    /// The file that holds the key of a certificate which does not itself; nil when none is looked for.
    func keyName(of certificate: String) -> String? {
        guard loads.contains("key") else { return nil }
        return (dropsExtensions ? Self.withoutExtension(certificate) : certificate) + ".key"
    }

    static func withoutExtension(_ name: String) -> String {
        name.hasSuffix(".crt") ? String(name.dropLast(4)) : name
    }

    /// Makes a context for a set of options unless there is one.
    ///
    /// - Throws: What OpenSSL does not take, in HAProxy's words.
    mutating func prepare(_ options: TLSOptions) throws(TLSContext.Mistake) {
        if contexts[options] == nil { contexts[options] = try TLSContext(serving: options) }
    }

    /// A directory's path before a relative one.
    static func join(_ base: String, _ path: String) -> String {
        base.isEmpty || path.hasPrefix("/") ? path : "\(base)/\(path)"
    }
}

/// The certificates that one `crt-list` file names, or those in a directory.
package struct CertificateList: Sendable {
    package let name: String
    /// A directory's lines have no options and no filters.
    package var isDirectory = false
    package var lines: [CertificateLine] = []
    /// Where the next line comes: one behind the last there ever was.
    package var nextNumber = 1

    package init(name: String) {
        self.name = name
    }
}

/// One line of a list.
package struct CertificateLine: Hashable, Sendable {
    package let certificate: String
    /// Its line in the file.
    package var number: Int
    /// The words between the brackets.
    package var options: [String] = []
    /// Names it is for, `!` before those it is not for; empty for those in the certificate.
    package var filters: [String] = []

    package init(certificate: String, number: Int) {
        self.certificate = certificate
        self.number = number
    }

    /// The same line for a certificate under its whole path.
    func naming(_ path: String) -> CertificateLine {
        var line = CertificateLine(certificate: path, number: number)
        line.options = options
        line.filters = filters
        return line
    }
}

/// What a `bind` line with `ssl` says.
package struct TLSBindConfiguration: Sendable {
    /// Where certificates come from, in order: the first of all is the default.
    package enum Source: Hashable, Sendable {
        case certificate(String)
        case list(String)
    }

    package var options = TLSOptions()
    /// `strict-sni`.
    package var isStrict = false
    package var sources: [Source] = []
    /// As `show ssl sni` and messages name it.
    package var frontend = ""
    /// Its name, or its number among those of its frontend, as log lines name it.
    package var label = ""
    package let origin: Origin

    package init(origin: Origin) {
        self.origin = origin
    }
}
