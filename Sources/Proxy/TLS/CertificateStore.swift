import Model

/// Certificates, their lists and the binds that serve them while the proxy runs; the control thread's own.
///
/// What workers read are the snapshots it makes: a bind's names and lines with pointers into `Certificate` and
/// `TLSContext` objects, which are let go only with the snapshot that named them last.
final class CertificateStore {
    /// What a transaction has: its key may be missing, or another's.
    struct Draft {
        let name: String
        var certificate: Certificate
    }

    /// By name; nil for one that `new ssl cert` made and nobody filled yet.
    private(set) var certificates: [String: Certificate?]
    private(set) var lists: [String: CertificateList]
    let binds: [TLSBindConfiguration]
    /// What `set ssl cert` has brought and `commit ssl cert` has not taken over: one in the process.
    var draft: Draft?
    /// Files of authorities and revocation lists by name.
    private let bundles: [String: CertificateBundle]
    let certificateBase: String
    private let authorityBase: String
    private let serverDefaults: TLSOptions
    private let verifiesServers: Bool
    /// How servers are spoken to, one for each distinct set of keywords.
    private var servers: [ServerTLS.Settings: ServerTLS] = [:]
    /// One for each distinct set of options.
    private var contexts: [TLSOptions: TLSContext] = [:]
    private var drafts: [TLSBindDraft] = []
    private var snapshots: [TLSBindSnapshot] = []
    /// What `takeSnapshot` has to tell of.
    private var isChanged = true
    private var retired: [RetiredMemory] = []

    /// Without `serves` nothing is prepared for clients.
    init(_ configuration: TLSConfiguration, serves: Bool = true) {
        certificates = configuration.certificates.mapValues { $0 }
        lists = configuration.lists
        binds = serves ? configuration.binds : []
        bundles = configuration.bundles
        certificateBase = configuration.certificateBase
        authorityBase = configuration.authorityBase
        serverDefaults = configuration.serverDefaults
        verifiesServers = configuration.verifiesServers
        for bind in binds {
            let draft = make(bind)
            drafts.append(draft)
            snapshots.append(draft.snapshot)
        }
    }

    /// Every bind's snapshot by its number with what it replaces; nil when nothing changed since the last call.
    func takeSnapshot() -> (binds: RawArray<TLSBindSnapshot>, retired: [RetiredMemory])? {
        guard isChanged else { return nil }
        isChanged = false
        defer { retired = [] }
        return (.make(snapshots), retired)
    }

    // MARK: Changing

    /// Makes a name known that has no certificate yet.
    func addEmpty(_ name: String) { certificates[name] = .some(nil) }

    func remove(_ name: String) { certificates[name] = nil }

    /// Serves another certificate under a name; in how many places it is served.
    func replace(_ name: String, with certificate: Certificate) -> Int {
        let old = certificates[name] ?? nil
        certificates[name] = certificate
        var count = 0
        for (number, bind) in binds.enumerated() {
            let places = lines(of: bind).count { uses($0, name) }
            guard places > 0 else { continue }
            count += places
            if let old, drafts[number].replace(old, with: certificate) {
                retire(snapshots[number].lines, holding: [old])
                snapshots[number].lines = drafts[number].lineRows
                isChanged = true
            } else {
                rebuild(number)
            }
        }
        return count
    }

    /// Adds a line at the end of a list; in how many binds it is served.
    func add(_ line: CertificateLine, to list: String) -> Int {
        var line = line
        line.number = lists[list]?.nextNumber ?? 1
        lists[list]?.nextNumber += 1
        lists[list]?.lines.append(line)
        return rebuild(listed: list)
    }

    /// Takes a line out of a list.
    func remove(_ line: CertificateLine, from list: String) {
        lists[list]?.lines.removeAll { $0 == line }
        _ = rebuild(listed: list)
    }

    private func rebuild(listed list: String) -> Int {
        var count = 0
        for (number, bind) in binds.enumerated() where bind.sources.contains(.list(list)) {
            rebuild(number)
            count += 1
        }
        return count
    }

    private func rebuild(_ number: Int) {
        let old = (snapshots[number], drafts[number].held)
        drafts[number] = make(binds[number])
        snapshots[number] = drafts[number].snapshot
        retired.append(RetiredMemory { [old] in old.0.free() })
        isChanged = true
    }

    private func retire(
        _ lines: RawArray<TLSBindSnapshot.Line>,
        holding objects: [any AnyObject & Sendable]
    ) {
        retired.append(
            RetiredMemory { [objects] in
                lines.free()
                _ = objects
            }
        )
    }

    // MARK: Servers

    /// How a server with these keywords is spoken to; nil for one without TLS.
    ///
    /// - Throws: What is missing or wrong, in HAProxy's words.
    func server(_ attributes: ServerAttributes) throws(TLSContext.Mistake) -> ServerTLS? {
        let settings = try ServerTLS.Settings(
            attributes,
            defaults: serverDefaults,
            verifies: verifiesServers,
            bundle: bundle
        )
        guard let settings else { return nil }
        if let known = servers[settings] { return known }
        let name = settings.certificate.map { TLSConfiguration.join(certificateBase, $0) }
        let certificate = name.flatMap { files(of: $0).first }
        if let name, certificate == nil {
            throw TLSContext.Mistake("'crt' : unable to load certificate from file '\(name)'.")
        }
        let made = try ServerTLS(settings, certificate: certificate)
        servers[settings] = made
        return made
    }

    /// Forgets how servers are spoken to that are shown a certificate; what that was.
    func dropServers(using name: String) -> [ServerTLS] {
        let using = servers.filter { settings, _ in
            settings.certificate.map {
                covers(TLSConfiguration.join(certificateBase, $0), name)
            } ?? false
        }
        for settings in using.keys { servers[settings] = nil }
        return Array(using.values)
    }

    /// Whether a server with these keywords is shown a certificate.
    func shows(_ name: String, by attributes: ServerAttributes) -> Bool {
        guard let certificate = attributes.word(.crt) else { return false }
        return covers(TLSConfiguration.join(certificateBase, certificate), name)
    }

    // MARK: Looking up

    /// Whether some bind or some list names it.
    func isUsed(_ name: String) -> Bool {
        lists.values.contains { $0.lines.contains { uses($0, name) } }
            || binds.contains { bind in
                bind.sources.contains { source in
                    if case .certificate(let used) = source { covers(used, name) } else { false }
                }
            }
    }

    /// The binds for which a line of a list is what unknown names get.
    func binds(withDefault line: CertificateLine, of list: String) -> [TLSBindConfiguration] {
        binds.filter { bind in
            !bind.isStrict && bind.sources.contains(.list(list)) && lines(of: bind).first == line
        }
    }

    /// The first mistake in the options of a line, or nil.
    func mistake(in options: [String]) -> String? {
        var read = TLSOptions()
        if let mistake = read.read(options, bundle: bundle) { return mistake.text }
        do throws(TLSContext.Mistake) {
            _ = try TLSContext(serving: read)
            return nil
        } catch {
            return error.text
        }
    }

    private func bundle(_ name: String) -> CertificateBundle? {
        bundles[TLSConfiguration.join(authorityBase, name)]
    }

    private func uses(_ line: CertificateLine, _ name: String) -> Bool {
        covers(line.certificate, name)
    }

    /// Whether what a line or `crt` names stands for a certificate: its own, or one for a kind of key.
    private func covers(_ used: String, _ name: String) -> Bool {
        used == name
            || certificates[used] == nil
                && TLSConfiguration.bundleEndings.contains { used + $0 == name }
    }

    private func make(_ bind: TLSBindConfiguration) -> TLSBindDraft {
        let own = context(for: bind.options)
        var draft = TLSBindDraft(context: own, isStrict: bind.isStrict)
        guard let own else { return draft }
        for (group, line) in lines(of: bind).enumerated() {
            var options = bind.options
            _ = options.read(line.options, bundle: bundle)
            for certificate in files(of: line.certificate) {
                draft.add(
                    certificate,
                    context: context(for: options) ?? own,
                    filters: line.filters,
                    isDefault: group == 0,
                    group: group
                )
            }
        }
        return draft
    }

    /// The context for a set of options, made when it is first asked for; nil when OpenSSL refuses it.
    private func context(for options: TLSOptions) -> TLSContext? {
        if let known = contexts[options] { return known }
        let made = try? TLSContext(serving: options)
        contexts[options] = made
        return made
    }

    /// What a name stands for: one certificate, or one for each kind of key (`.ecdsa`, `.rsa`, `.dsa`).
    private func files(of name: String) -> [Certificate] {
        if let certificate = certificates[name] { return certificate.map { [$0] } ?? [] }
        return TLSConfiguration.bundleEndings.compactMap { certificates[name + $0] ?? nil }
    }

    /// The lines of a bind in order, those of its lists in their places.
    private func lines(of bind: TLSBindConfiguration) -> [CertificateLine] {
        bind.sources.flatMap { source in
            switch source {
            case .certificate(let name): [CertificateLine(certificate: name, number: 0)]
            case .list(let name): lists[name]?.lines ?? []
            }
        }
    }
}
