import Model

/// Turns the documents of a revision into fleets: follows references, merges attributes, expands routes.
///
/// Pure: everything read from the repository is handed in. Mistakes become diagnostics, all of them.
struct StateResolution {
    /// What the documents refer to by path.
    struct Files {
        var boots: [String: BootFile] = [:]
        var entries: [String: EntriesFile] = [:]
        var patterns: [String: PatternsFile] = [:]
        var fixtures: [String: FixtureFile] = [:]
    }

    let files: Files
    let limits: ResolutionLimits
    private(set) var diagnostics: [Diagnostic] = []
    private var unlisted = 0
    private var hints = 0
    /// Documents that resolved fleets have, each counted once for each fleet.
    private var memberships = 0
    var cache: ServerCache

    private(set) var fleets: [FleetDocument] = []
    private(set) var backends: [BackendDocument] = []
    private(set) var templates: [String: TemplateDocument] = [:]
    private(set) var routes: [RouteDocument] = []
    private(set) var maps: [MapDocument] = []
    private(set) var acls: [AclDocument] = []
    private(set) var frontends: [FrontendDocument] = []
    private(set) var limitDocuments: [LimitsDocument] = []
    private(set) var certificates: [CertificateDocument] = []
    private(set) var issuerDocuments: [IssuerDocument] = []
    /// By name, once resolved.
    var issuers: [String: DesiredIssuer] = [:]
    /// In the order of the documents, once resolved by name.
    var policies: [PolicyDocument] = []

    init(
        documents: some Sequence<Document>,
        files: Files,
        cache: ServerCache,
        limits: ResolutionLimits = ResolutionLimits()
    ) {
        self.files = files
        self.cache = cache
        self.limits = limits
        for document in documents {
            switch document {
            case .fleet(let fleet): fleets.append(fleet)
            case .backend(let backend): backends.append(backend)
            case .template(let template): add(template)
            case .route(let route): routes.append(route)
            case .map(let map): maps.append(map)
            case .acl(let acl): acls.append(acl)
            case .frontend(let frontend): frontends.append(frontend)
            case .limits(let limits): limitDocuments.append(limits)
            case .certificate(let certificate): certificates.append(certificate)
            case .issuer(let issuer): issuerDocuments.append(issuer)
            case .policy(let policy): policies.append(policy)
            }
        }
        fleets.sort { $0.name < $1.name }
    }

    /// The fleets, sorted by name; meaningless when a diagnostic is an error.
    mutating func resolve() -> [DesiredFleet] {
        if let fleet = fleets.dropFirst(limits.fleets).first {
            report("more than \(limits.fleets) fleets", at: fleet.head.origin)
            return []
        }
        checkFleets()
        checkSelectors()
        checkTemplates()
        resolvePolicies()
        resolveIssuers()
        var resolved: [DesiredFleet] = []
        for fleet in fleets {
            guard memberships <= limits.memberships else {
                let message = "selectors give the fleets more than \(limits.memberships) documents"
                report(message, at: fleet.head.origin)
                break
            }
            resolved.append(resolve(fleet))
        }
        if unlisted > 0, let last = diagnostics.last {
            let message = "and \(unlisted) more mistakes"
            diagnostics.append(Diagnostic(.note, at: last.origin, message))
        }
        return resolved
    }

    mutating func report(
        _ message: String,
        at origin: Origin,
        in context: String = "",
        related: Origin? = nil
    ) {
        add(Diagnostic(at: origin, message, context: context, related: related))
    }

    /// Keeps a diagnostic as long as a person would read on; the others are counted.
    mutating func add(_ diagnostic: Diagnostic) {
        guard diagnostics.count < limits.diagnostics else {
            unlisted += 1
            return
        }
        diagnostics.append(diagnostic)
    }

    mutating func add(_ some: [Diagnostic]) {
        for diagnostic in some { add(diagnostic) }
    }

    private mutating func add(_ template: TemplateDocument) {
        let name = template.head.name
        if let first = templates[name] {
            let message = "a second ServerTemplate \(name)"
            report(message, at: template.head.origin, related: first.head.origin)
        } else {
            templates[name] = template
        }
    }

    private mutating func checkFleets() {
        var names: [FleetName: Origin] = [:]
        var addresses: [RuntimeAddress: Located<ProxyTarget>] = [:]
        for fleet in fleets {
            if let first = names[fleet.name] {
                report("a second Fleet \(fleet.name)", at: fleet.head.origin, related: first)
            }
            names[fleet.name] = names[fleet.name] ?? fleet.head.origin
            var proxies: [ProxyName: Origin] = [:]
            for proxy in fleet.proxies {
                let name = proxy.value.name
                if let first = proxies[name] {
                    report(
                        "a second proxy \(name)",
                        at: proxy.origin,
                        in: "in fleet \(fleet.name)",
                        related: first
                    )
                } else if let first = addresses[proxy.value.runtime] {
                    let message =
                        "\(proxy.value.runtime) is already the address of proxy \(first.value.name)"
                    report(
                        message,
                        at: proxy.origin,
                        in: "in fleet \(fleet.name)",
                        related: first.origin
                    )
                }
                proxies[name] = proxy.origin
                addresses[proxy.value.runtime] = proxy
            }
            checkFiles(of: fleet)
        }
    }

    private mutating func checkFiles(of fleet: FleetDocument) {
        let context = "in fleet \(fleet.name)"
        guard let path = fleet.boot else { return }
        guard let boot = files.boots[path.value] else {
            report(
                "boot file \(VisibleText.quoted(path.value)) is not in the repository",
                at: path.origin,
                in: context
            )
            return
        }
        if let map = fleet.hostMap, !boot.maps.contains(map.value.text) {
            reportMissing("map", map.value, among: boot.maps, of: (path.value, map.origin, context))
        }
    }

    /// Reports a map or list that no rule of the boot file names.
    mutating func reportMissing(
        _ kind: String,
        _ name: PatternFileName,
        among known: Set<String>,
        of place: (path: String, origin: Origin, context: String)
    ) {
        let hint = hint(for: name.text, among: known)
        let shown = VisibleText.escape(name.text.unicodeScalars)
        report(
            "\(kind) \(shown) is not used in \(place.path)\(hint)",
            at: place.origin,
            in: place.context
        )
    }

    /// `; did you mean …?`, or nothing; not searched for ever.
    mutating func hint(for text: String, among words: some Sequence<String>) -> String {
        hints += 1
        guard hints <= limits.hints else { return "" }
        return Spelling.nearest(to: text, among: words.sorted()).map { "; did you mean \($0)?" }
            ?? ""
    }

    private mutating func checkSelectors() {
        for backend in backends { check(backend.spec.fleets, of: "backend \(backend.spec.name)") }
        for route in routes { check(route.fleets, of: "route \(route.head.name)") }
        for map in maps { check(map.fleets, of: "map \(map.head.name)") }
        for acl in acls { check(acl.fleets, of: "acl \(acl.head.name)") }
        for frontend in frontends { check(frontend.fleets, of: "frontend \(frontend.head.name)") }
        // A repository of policies alone knows no fleets.
        if !fleets.isEmpty {
            for policy in policies { check(policy.fleets, of: "policy \(policy.head.name)") }
        }
        for certificate in certificates {
            check(certificate.fleets, of: "certificate \(certificate.head.name)")
        }
        for limits in limitDocuments { check(limits.fleets, of: "limits \(limits.head.name)") }
    }

    private mutating func check(_ selector: Located<FleetSelector>?, of document: String) {
        guard let selector, !fleets.contains(where: selector.value.selects) else { return }
        report("no fleet matches this selector", at: selector.origin, in: "in \(document)")
    }

    private mutating func checkTemplates() {
        for backend in backends {
            guard let name = backend.spec.template, templates[name.value] == nil else { continue }
            let hint = hint(for: name.value, among: templates.keys)
            let message = "there is no ServerTemplate \(name.value)\(hint)"
            report(message, at: name.origin, in: "in backend \(backend.spec.name)")
        }
    }

    private mutating func resolve(_ document: FleetDocument) -> DesiredFleet {
        let boot = document.boot.flatMap { files.boots[$0.value] }
        var fleet = DesiredFleet(
            name: document.name,
            proxies: document.proxies.map(\.value),
            origin: document.head.origin
        )
        fleet.rollout = document.rollout
        fleet.removal = document.removal
        fleet.owner = document.owner
        fleet.labels = document.head.labels
        fleet.policies = policies.filter { $0.fleets?.value.selects(document) ?? true }.map(
            \.policy
        )
        fleet.statusMap = boot?.statusMap
        fleet.backends = resolveBackends(of: document, boot)
        let routing = routing(of: document, boot, backends: fleet.backends)
        fleet.maps = resolveMaps(of: document, boot, routing: routing)
        fleet.acls = resolveAcls(of: document, boot)
        fleet.frontends = resolveFrontends(of: document, boot, backends: fleet.backends)
        fleet.limits = resolveLimits(of: document, boot, frontends: fleet.frontends)
        fleet.certificates = resolveCertificates(
            of: document,
            boot,
            frontends: fleet.frontends
        )
        fleet.transactionGrace = document.transactionGrace
        fleet.listsWithoutDefault = boot?.listsWithoutDefault ?? []
        memberships += fleet.certificates.count
        memberships += fleet.backends.count + fleet.maps.count + fleet.acls.count
        return fleet
    }
}
