import BootConfig
import Model

/// `ssl` of `bind` lines and what `global` says about it: reads the files, so that a start finds no surprise.
extension ConfigParser {
    /// Keywords of `global` about TLS; false for any other.
    mutating func parse(tlsDefault line: BootLine) -> Bool {
        let keyword = line.keyword
        switch keyword {
        case "crt-base", "ca-base", "ssl-default-bind-ciphers", "ssl-default-bind-ciphersuites",
            "ssl-default-bind-curves", "ssl-default-bind-sigalgs":
            guard line.words.count == 2 else {
                report("global statement '\(keyword)' expects one argument.", at: line.origin)
                return true
            }
            if keyword == "crt-base" {
                configuration.tls.certificateBase = line.words[1]
            } else if keyword == "ca-base" {
                configuration.tls.authorityBase = line.words[1]
            } else {
                read(
                    [String(keyword.dropFirst("ssl-default-bind-".count)), line.words[1]],
                    of: line
                )
            }
        case "ssl-load-extra-del-ext": configuration.tls.dropsExtensions = true
        case "ssl-load-extra-files":
            for word in line.arguments where !["all", "none"].contains(word) {
                guard ["bundle", "sctl", "ocsp", "issuer", "key"].contains(word) else {
                    report(
                        "global statement '\(keyword)' expects \"bundle\",\"sctl\",\"ocsp\",\"issuer\",\"key\",\"all\" or \"none\" got '\(word)'.",
                        at: line.origin
                    )
                    continue
                }
            }
            configuration.tls.loads =
                line.arguments.contains("all") ? TLSConfiguration.everyExtra : Set(line.arguments)
        case "ssl-default-bind-options": read(Array(line.arguments), of: line)
        case "ssl-default-server-ciphers", "ssl-default-server-ciphersuites",
            "ssl-default-server-curves", "ssl-default-server-sigalgs":
            let name = String(keyword.dropFirst("ssl-default-server-".count))
            read([name] + line.arguments, of: line, forServers: true)
        case "ssl-default-server-options": read(Array(line.arguments), of: line, forServers: true)
        case "ssl-server-verify":
            configuration.tls.verifiesServers = line.words.last != "none"
        case "tune.ssl.default-dh-param", "tune.ssl.capture-buffer-size":
            // Sizes of what is not there: suites with finite-field keys, and fetches of the client's list.
            break
        default: return false
        }
        return true
    }

    private mutating func read(_ words: [String], of line: BootLine, forServers: Bool = false) {
        var options = forServers ? configuration.tls.serverDefaults : configuration.tls.defaults
        if let mistake = options.read(words, bundle: { _, _ in nil }) {
            report("global statement '\(line.keyword)' : \(mistake.text)", at: line.origin)
        }
        if forServers {
            configuration.tls.serverDefaults = options
        } else {
            configuration.tls.defaults = options
        }
    }

    /// Reads the files that a server's keywords name and checks that they fit together.
    mutating func checkTLS(
        of name: String,
        _ attributes: ServerAttributes,
        at line: BootLine,
        in draft: ProxyDraft
    ) {
        guard attributes[.ssl] != nil || attributes[.checkSSL] != nil else { return }
        if let certificate = attributes.word(.crt) {
            let path = TLSConfiguration.join(configuration.tls.certificateBase, certificate)
            guard load(path, at: line) else { return }
        }
        do throws(TLSContext.Mistake) {
            let (defaults, verifies) = (
                configuration.tls.serverDefaults, configuration.tls.verifiesServers
            )
            let settings = try withBundles { finder throws(TLSContext.Mistake) in
                try ServerTLS.Settings(
                    attributes,
                    defaults: defaults,
                    verifies: verifies,
                    bundle: finder
                )
            }
            guard let settings, configuration.tls.servers[settings] == nil else { return }
            configuration.tls.servers[settings] = try ServerTLS(settings, of: configuration.tls)
        } catch {
            report(
                "Proxy '\(draft.name)', server '\(name)' [\(line.origin.file):\(line.origin.line)] "
                    + error.text,
                at: line.origin
            )
        }
    }

    /// Lets `body` find files of authorities and revocation lists, which are read when they are first named.
    private mutating func withBundles<Result>(
        _ body: (TLSOptions.BundleFinder) throws(TLSContext.Mistake) -> Result
    ) throws(TLSContext.Mistake) -> Result {
        let (base, read, list) = (configuration.tls.authorityBase, readFile, listFiles)
        var bundles = configuration.tls.bundles
        defer { configuration.tls.bundles = bundles }
        return try body { name, kind in
            let path = name.hasPrefix("@") ? name : TLSConfiguration.join(base, name)
            if let known = bundles[path] { return known }
            guard let text = Self.authorities(path, read: read, list: list) else { return nil }
            let made = CertificateBundle(name: path, kind: kind, text: text)
            bundles[path] = made
            return made
        }
    }

    /// A file, the certificates in a directory, or those the system trusts (`@system-ca`).
    private static func authorities(
        _ path: String,
        read: (String) -> String?,
        list: (String) -> [String]?
    ) -> String? {
        if path == "@system-ca" {
            return read("/etc/ssl/certs/ca-certificates.crt")
                ?? read("/etc/pki/tls/certs/ca-bundle.crt")
        }
        guard let files = list(path) else { return read(path) }
        let wanted = files.sorted().filter { file in
            [".pem", ".crt", ".cer", ".crl"].contains(where: file.hasSuffix)
        }
        return wanted.compactMap { read("\(path)/\($0)") }.joined(separator: "\n")
    }

    /// Reads one keyword of a `bind` line into its TLS; how many words it took, 0 when it is none of TLS.
    mutating func parse(
        tlsKeyword words: ArraySlice<String>,
        into bind: inout TLSBindConfiguration,
        of line: BootLine
    ) -> Int {
        switch words.first {
        case "ssl"?: return 1
        case "strict-sni"?:
            bind.isStrict = true
            return 1
        case "tls-ticket-keys"?:
            guard let path = words.dropFirst().first, let text = readFile(path) else {
                report(
                    "'tls-ticket-keys' : unable to load ssl tickets keys file",
                    at: line.origin
                )
                return words.count
            }
            do throws(TLSContext.Mistake) {
                let known = configuration.tls.ticketKeys.contains { $0.file == path }
                let keys = try TicketKey.read(text, of: path)
                if !known { configuration.tls.ticketKeys.append((path, keys)) }
                bind.options.ticketFile = path
            } catch {
                report(error.text, at: line.origin)
            }
            return 2
        case "crt"?, "crt-list"?:
            guard let path = words.dropFirst().first else {
                report(
                    "'bind' : '\(words.first ?? "")' : missing certificate location",
                    at: line.origin
                )
                return words.count
            }
            let source = words.first == "crt" ? certificate(path, at: line) : list(path, at: line)
            if let source { bind.sources.append(source) }
            return 2
        default: break
        }
        do throws(TLSContext.Mistake) {
            return try withBundles { finder throws(TLSContext.Mistake) in
                try bind.options.read(from: words, bundle: finder)
            }
        } catch {
            report("'bind \(line.arguments.first ?? "")' : \(error.text)", at: line.origin)
            return words.count
        }
    }

    /// Gives a bind with `ssl` its number; refuses one without a certificate, as HAProxy does.
    mutating func enter(_ bind: TLSBindConfiguration, of line: BootLine) -> Int? {
        guard !bind.sources.isEmpty else {
            report(
                "Proxy '\(bind.frontend)': no SSL certificate specified for bind '\(line.arguments.first ?? "")' at "
                    + "[\(line.origin.file):\(line.origin.line)] (use 'crt').",
                at: line.origin
            )
            return nil
        }
        do throws(TLSContext.Mistake) {
            try configuration.tls.prepare(bind.options)
        } catch {
            report("Proxy '\(bind.frontend)': \(error.text)", at: line.origin)
            return nil
        }
        configuration.tls.binds.append(bind)
        return configuration.tls.binds.count - 1
    }

    /// Clients of a bind that says nothing about ALPN are told that HTTP is spoken, where it is.
    mutating func announceHTTP(on binds: [BindConfiguration]) {
        for bind in binds where bind.tls >= 0 {
            let said = configuration.tls.binds[bind.tls].options.protocols
            configuration.tls.binds[bind.tls].options.protocols = said ?? ["http/1.1"]
        }
    }

    /// What `crt PATH` stands for: a file, a file for each kind of key, or a directory.
    private mutating func certificate(_ path: String, at line: BootLine) -> TLSBindConfiguration
        .Source?
    {
        let name = TLSConfiguration.join(configuration.tls.certificateBase, path)
        if let files = listFiles(name) { return directory(name, files, at: line) }
        return load(name, at: line) ? .certificate(name) : nil
    }

    /// Reads a certificate that is not known yet; false after reporting what is wrong with it.
    private mutating func load(_ name: String, at line: BootLine) -> Bool {
        if configuration.tls.certificates[name] != nil { return true }
        if let text = readFile(name) { return keep(text, as: name, at: line) }
        let endings =
            configuration.tls.loads.contains("bundle") ? TLSConfiguration.bundleEndings : []
        let parts = endings.compactMap { ending in
            readFile(name + ending).map { (name + ending, $0) }
        }
        guard !parts.isEmpty else {
            refuse(
                name,
                "unable to stat SSL certificate from file '\(name)' : No such file or directory.",
                line
            )
            return false
        }
        var isSound = true
        for (part, text) in parts where configuration.tls.certificates[part] == nil {
            isSound = keep(text, as: part, at: line) && isSound
        }
        return isSound
    }

    private mutating func keep(_ text: String, as name: String, at line: BootLine) -> Bool {
        let known = configuration.tls.certificates[name]
        guard known == nil else { return true }
        do throws(Certificate.Mistake) {
            let key = configuration.tls.keyName(of: name)
            let certificate = try Certificate(pem: text, keyText: key.flatMap(readFile))
            if let mistake = certificate.check() { throw mistake }
            configuration.tls.certificates[name] = withResponse(certificate, named: name, at: line)
            return true
        } catch {
            let reason =
                switch error {
                case .noCertificate:
                    "unable to load certificate from file '\(name)': no start line."
                case .noKey:
                    "No Private Key found in '\(name)' or '\(configuration.tls.keyName(of: name) ?? name)'."
                case .keyMismatch:
                    "inconsistencies between private key and certificate loaded '\(name)'."
                }
            refuse(name, reason, line)
            return false
        }
    }

    /// With what `.issuer` and `.ocsp` files beside it hold.
    private mutating func withResponse(
        _ certificate: Certificate,
        named name: String,
        at line: BootLine
    ) -> Certificate {
        var certificate = certificate
        let bare =
            configuration.tls.dropsExtensions ? TLSConfiguration.withoutExtension(name) : name
        let loads = configuration.tls.loads
        if loads.contains("issuer"), let text = readFile("\(bare).issuer") {
            certificate = Certificate(certificate, issuerText: text) ?? certificate
        }
        guard loads.contains("ocsp"), let bytes = readBytes("\(bare).ocsp") else {
            return certificate
        }
        do throws(StapledResponse.Mistake) {
            let response = try StapledResponse(der: bytes)
            guard response.identity == certificate.identity else {
                throw StapledResponse.Mistake(
                    text:
                        "OCSP single response: Certificate ID does not match certificate and issuer"
                )
            }
            return Certificate(certificate, response: response)
        } catch {
            // As in HAProxy the certificate is good without.
            warn("\(bare).ocsp: \(error.text)", at: line.origin)
            return certificate
        }
    }

    private mutating func refuse(_ name: String, _ reason: String, _ line: BootLine) {
        report("'\(line.keyword) \(line.arguments.first ?? "")' : \(reason)", at: line.origin)
    }

    /// A directory is a list whose lines have neither options nor filters, in the order of the names.
    private mutating func directory(
        _ name: String,
        _ files: [String],
        at line: BootLine
    ) -> TLSBindConfiguration.Source? {
        let path = Self.withoutSlashes(name)
        guard configuration.tls.lists[path] == nil else { return .list(path) }
        var made = CertificateList(name: path)
        made.isDirectory = true
        var seen: Set<String> = []
        for file in files.sorted() where Self.isCertificate(file) {
            let ending = TLSConfiguration.bundleEndings.first { file.hasSuffix($0) }
            let whole = "\(path)/\(file.dropLast(ending?.count ?? 0))"
            guard seen.insert(whole).inserted else { continue }
            _ = load(whole, at: line)
            made.lines.append(CertificateLine(certificate: whole, number: 0))
        }
        configuration.tls.lists[path] = made
        return .list(path)
    }

    /// Files beside a certificate that belong to it are no certificates themselves.
    private static func isCertificate(_ file: String) -> Bool {
        !file.hasPrefix(".")
            && ![".key", ".ocsp", ".sctl", ".issuer"].contains(where: file.hasSuffix)
    }

    static func withoutSlashes(_ path: String) -> String {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    /// What `crt-list PATH` stands for.
    private mutating func list(_ path: String, at line: BootLine) -> TLSBindConfiguration.Source? {
        guard configuration.tls.lists[path] == nil else { return .list(path) }
        guard let text = readFile(path) else {
            refuse(path, "cannot open file '\(path)' : No such file or directory", line)
            return nil
        }
        var made = CertificateList(name: path)
        for (index, row) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            do throws(TLSContext.Mistake) {
                guard var entry = try CertificateLine.read(row, number: index + 1) else { continue }
                made.nextNumber = index + 2
                entry = entry.naming(
                    TLSConfiguration.join(configuration.tls.certificateBase, entry.certificate)
                )
                try check(entry.options)
                if load(entry.certificate, at: line) { made.lines.append(entry) }
            } catch {
                refuse(path, "parsing [\(path):\(index + 1)]: \(error.text)", line)
            }
        }
        configuration.tls.lists[path] = made
        return .list(path)
    }

    /// Options of a line are checked when they are read, so that no later step finds them wanting.
    private mutating func check(_ words: [String]) throws(TLSContext.Mistake) {
        guard !words.isEmpty else { return }
        var options = configuration.tls.defaults
        let mistake = try withBundles { finder in options.read(words, bundle: finder) }
        if let mistake { throw mistake }
        try configuration.tls.prepare(options)
    }
}
