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
    private(set) var binds: [TLSBindConfiguration]
    /// What `set ssl cert` has brought and `commit ssl cert` has not taken over: one in the process.
    var draft: Draft?
    /// Files of authorities and revocation lists by name; without entries as long as nobody filled them.
    private(set) var bundles: [String: CertificateBundle]
    /// What `set ssl ca-file` and `set ssl crl-file` have brought: one of each in the process.
    var bundleDrafts: [CertificateBundle.Kind: CertificateBundle] = [:]
    /// Keys of tickets by number.
    private(set) var ticketKeys: [(file: String, keys: [TicketKey])]
    let certificateBase: String
    let dropsExtensions: Bool
    private let authorityBase: String
    private let serverDefaults: TLSOptions
    private let verifiesServers: Bool
    /// How servers are spoken to, one for each distinct set of keywords.
    private var servers: [ServerTLS.Settings: ServerTLS]
    /// One for each distinct set of options.
    private var contexts: [TLSOptions: TLSContext]
    private var drafts: [TLSBindDraft] = []
    private var snapshots: [TLSBindSnapshot] = []
    /// What `takeSnapshot` has to tell of.
    private var isChanged = true
    private var retired: [RetiredMemory] = []

    init(_ configuration: TLSConfiguration) {
        certificates = configuration.certificates.mapValues { $0 }
        lists = configuration.lists
        binds = configuration.binds
        contexts = configuration.contexts
        servers = configuration.servers
        ticketKeys = configuration.ticketKeys
        dropsExtensions = configuration.dropsExtensions
        bundles = configuration.bundles
        certificateBase = configuration.certificateBase
        authorityBase = configuration.authorityBase
        serverDefaults = configuration.serverDefaults
        verifiesServers = configuration.verifiesServers
        for bind in binds {
            drafts.append(make(bind))
            snapshots.append(makeSnapshot(drafts.count - 1))
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
        guard let old else { return 0 }
        for number in binds.indices {
            let places = drafts[number].places(of: old).count
            guard places > 0 else { continue }
            count += places
            let rows = snapshots[number].lines
            if let renewed = drafts[number].replace(old, with: certificate, in: rows) {
                retire(rows, holding: [old])
                snapshots[number].lines = renewed
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
        var count = 0
        for (number, bind) in binds.enumerated() where bind.sources.contains(.list(list)) {
            let isLast = bind.sources.last == .list(list)
            if isLast, !bind.sources.dropLast().contains(.list(list)) {
                append(line, to: number)
            } else {
                rebuild(number)
            }
            count += 1
        }
        return count
    }

    /// One more line behind all others of a bind.
    private func append(_ line: CertificateLine, to number: Int) {
        let bind = binds[number]
        guard let own = context(for: bind.options) else { return }
        let old = snapshots[number]
        add(line, of: bind, own, as: drafts[number].groupCount, to: &drafts[number])
        snapshots[number] = makeSnapshot(number)
        retired.append(RetiredMemory { old.free() })
        isChanged = true
    }

    /// Takes a line out of a list.
    func remove(_ line: CertificateLine, from list: String) {
        lists[list]?.lines.removeAll { $0 == line }
        _ = rebuild(listed: list)
    }

    // MARK: Authorities and revocation lists

    func add(_ bundle: CertificateBundle) { bundles[bundle.name] = bundle }

    func removeBundle(_ name: String) { bundles[name] = nil }

    /// Whether clients or servers are checked with it.
    func isUsed(_ bundle: CertificateBundle) -> Bool {
        servers.keys.contains { $0.options.uses(bundle) }
            || binds.contains { bind in
                bind.options.uses(bundle)
                    || lines(of: bind).contains { options(of: $0, bind).uses(bundle) }
            }
    }

    /// Checks clients with another file of the same name; in how many places.
    func replace(_ old: CertificateBundle, with new: CertificateBundle) -> Int {
        var count = 0
        var affected: [Int] = []
        for (number, bind) in binds.enumerated() {
            let places = lines(of: bind).count { options(of: $0, bind).uses(old) }
            guard places > 0 || bind.options.uses(old) else { continue }
            count += places
            affected.append(number)
        }
        bundles[new.name] = new
        for number in affected {
            binds[number].options = binds[number].options.replacing(old, with: new)
            rebuild(number)
        }
        contexts = contexts.filter { !$0.key.uses(old) }
        return count
    }

    /// The options of a bind as a line of a list has them.
    private func options(of line: CertificateLine, _ bind: TLSBindConfiguration) -> TLSOptions {
        guard !line.options.isEmpty else { return bind.options }
        var options = bind.options
        _ = options.read(line.options, bundle: bundle)
        return options
    }

    // MARK: Tickets and responses

    /// Seals tickets with the key before from now on, and opens those of the new one; false when sizes differ.
    func add(_ key: TicketKey, toFile number: Int) -> Bool {
        guard ticketKeys[number].keys.last?.fits(key) ?? true else { return false }
        ticketKeys[number].keys = ticketKeys[number].keys.suffix(TicketKey.count - 1) + [key]
        for (place, bind) in binds.enumerated()
        where bind.options.ticketFile == ticketKeys[number].file {
            retired.append(RetiredMemory(snapshots[place].ticketKeys))
            snapshots[place].ticketKeys = .make(ticketKeys[number].keys)
            isChanged = true
        }
        return true
    }

    /// Staples a response to every certificate it is about; to how many.
    func staple(_ response: StapledResponse) -> Int {
        var count = 0
        for name in certificates.keys.sorted() {
            guard let certificate = certificates[name] ?? nil, certificate.response != nil,
                certificate.identity == response.identity
            else { continue }
            _ = replace(name, with: Certificate(certificate, response: response))
            count += 1
        }
        return count
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
        snapshots[number] = makeSnapshot(number)
        retired.append(RetiredMemory { [old] in old.0.free() })
        isChanged = true
    }

    private func makeSnapshot(_ number: Int) -> TLSBindSnapshot {
        var made = drafts[number].makeSnapshot()
        guard let file = binds[number].options.ticketFile else { return made }
        made.ticketKeys = .make(ticketKeys.first { $0.file == file }?.keys ?? [])
        return made
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
        let made = try ServerTLS(settings, named: name, name.flatMap { files(of: $0).first })
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

    /// Forgets how servers are spoken to that are checked with a file; what that was.
    func dropServers(using bundle: CertificateBundle) -> [ServerTLS] {
        let using = servers.filter { settings, _ in settings.options.uses(bundle) }
        for settings in using.keys { servers[settings] = nil }
        return Array(using.values)
    }

    /// Forgets how servers are spoken to that nobody speaks to any more; what that was.
    func dropServers(butFor used: Set<ServerTLS>) -> [ServerTLS] {
        let unused = servers.filter { !used.contains($0.value) }
        for settings in unused.keys { servers[settings] = nil }
        return Array(unused.values)
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

    /// The rows of `show ssl sni` of a bind, names first, then what clients get whose name nobody knows.
    func nameRows(of bind: TLSBindConfiguration) -> [String] {
        var rows: [String] = []
        let place = "\(bind.frontend)/\(bind.origin.file):\(bind.origin.line)"
        for (number, line) in lines(of: bind).enumerated() {
            let negative = line.filters.filter { $0.hasPrefix("!") }
            for (name, certificate) in namedFiles(of: line.certificate) {
                let given = line.filters.isEmpty ? certificate.names : line.filters
                var names = given.filter { !$0.hasPrefix("!") }
                if number == 0, !bind.isStrict, !names.contains("*") { names.append("*") }
                for text in names {
                    let filters =
                        text.hasPrefix("*") && !negative.isEmpty
                        ? negative.joined(separator: " ") : "-"
                    rows.append(
                        "\(place)\t\(text.lowercased())\t\(filters)\t\(certificate.keyKind.word)\t\(name)\t\(certificate.period)\n"
                    )
                }
            }
        }
        return rows
    }

    private func namedFiles(of name: String) -> [(String, Certificate)] {
        let names =
            certificates[name] != nil ? [name] : TLSConfiguration.bundleEndings.map { name + $0 }
        return names.compactMap { name in (certificates[name] ?? nil).map { (name, $0) } }
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

    private func bundle(_ name: String, _ kind: CertificateBundle.Kind) -> CertificateBundle? {
        let path = name.hasPrefix("@") ? name : TLSConfiguration.join(authorityBase, name)
        return bundles[path].flatMap { $0.isEmpty ? nil : $0 }
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
        var draft = TLSBindDraft(context: own, isStrict: bind.isStrict, label: bind.label)
        guard let own else { return draft }
        for (group, line) in lines(of: bind).enumerated() {
            add(line, of: bind, own, as: group, to: &draft)
        }
        return draft
    }

    private func add(
        _ line: CertificateLine,
        of bind: TLSBindConfiguration,
        _ own: TLSContext,
        as group: Int,
        to draft: inout TLSBindDraft
    ) {
        let itsOwn = line.options.isEmpty ? nil : context(for: options(of: line, bind))
        for certificate in files(of: line.certificate) {
            draft.add(
                certificate,
                context: itsOwn ?? own,
                filters: line.filters,
                isDefault: group == 0,
                group: group
            )
        }
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
