import Model

/// Turns the documents of a revision into fleets: follows references, merges attributes, expands routes.
///
/// Pure: everything read from the repository is handed in. Mistakes become diagnostics, all of them.
struct StateResolution {
    /// What the documents refer to by path.
    struct Files {
        var boots: [String: BootFile] = [:]
        var entries: [String: EntriesFile] = [:]
    }

    let files: Files
    private(set) var diagnostics: [Diagnostic] = []
    var cache: ServerCache

    private var fleets: [FleetDocument] = []
    private var backends: [BackendDocument] = []
    private var templates: [String: TemplateDocument] = [:]
    private var routes: [RouteDocument] = []
    private var maps: [MapDocument] = []

    init(documents: some Sequence<Document>, files: Files, cache: ServerCache) {
        self.files = files
        self.cache = cache
        for document in documents {
            switch document {
            case .fleet(let fleet): fleets.append(fleet)
            case .backend(let backend): backends.append(backend)
            case .template(let template): add(template)
            case .route(let route): routes.append(route)
            case .map(let map): maps.append(map)
            }
        }
        fleets.sort { $0.name < $1.name }
    }

    /// The fleets, sorted by name; meaningless when a diagnostic is an error.
    mutating func resolve() -> [DesiredFleet] {
        checkFleets()
        checkSelectors()
        checkTemplates()
        return fleets.map { resolve($0) }
    }

    mutating func report(
        _ message: String,
        at origin: Origin,
        in context: String = "",
        related: Origin? = nil
    ) {
        diagnostics.append(Diagnostic(at: origin, message, context: context, related: related))
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
            reportMissing(map.value, from: boot, path.value, at: map.origin, in: context)
        }
    }

    mutating func reportMissing(
        _ map: PatternFileName,
        from boot: BootFile,
        _ path: String,
        at origin: Origin,
        in context: String
    ) {
        let near = Spelling.nearest(to: map.text, among: boot.maps.sorted())
        let hint = near.map { "; did you mean \($0)?" } ?? ""
        let shown = VisibleText.escape(map.text.unicodeScalars)
        report("map \(shown) is not used in \(path)\(hint)", at: origin, in: context)
    }

    private mutating func checkSelectors() {
        for backend in backends { check(backend.spec.fleets, of: "backend \(backend.spec.name)") }
        for route in routes { check(route.fleets, of: "route \(route.head.name)") }
        for map in maps { check(map.fleets, of: "map \(map.head.name)") }
    }

    private mutating func check(_ selector: Located<FleetSelector>?, of document: String) {
        guard let selector, !fleets.contains(where: selector.value.selects) else { return }
        report("no fleet matches this selector", at: selector.origin, in: "in \(document)")
    }

    private mutating func checkTemplates() {
        for backend in backends {
            guard let name = backend.spec.template, templates[name.value] == nil else { continue }
            let near = Spelling.nearest(to: name.value, among: templates.keys.sorted())
            let hint = near.map { "; did you mean \($0)?" } ?? ""
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
        fleet.statusMap = boot?.statusMap
        fleet.backends = resolveBackends(of: document, boot)
        let routing = routing(of: document, boot, backends: fleet.backends)
        fleet.maps = resolveMaps(of: document, boot, routing: routing)
        return fleet
    }

    private mutating func resolveBackends(of fleet: FleetDocument, _ boot: BootFile?)
        -> [DesiredBackend]
    {
        var origins: [BackendName: Origin] = [:]
        var resolved: [DesiredBackend] = []
        for document in backends where document.spec.fleets?.value.selects(fleet) == true {
            let name = document.spec.name
            if let first = origins[name] {
                let message = "a second document for backend \(name) in fleet \(fleet.name)"
                report(message, at: document.head.origin, related: first)
                continue
            }
            origins[name] = document.head.origin
            let section = boot?.backends[name]
            if let boot, section == nil {
                let near = Spelling.nearest(
                    to: name.text,
                    among: boot.backends.keys.map(\.text).sorted()
                )
                let hint = near.map { "; did you mean \($0)?" } ?? ""
                let path = fleet.boot?.value ?? ""
                report(
                    "backend \(name) is not in \(path) of fleet \(fleet.name)\(hint)",
                    at: document.head.origin
                )
            }
            diagnostics += section?.needsRestart ?? []
            resolved.append(resolve(document, section))
        }
        return resolved.sorted { $0.name < $1.name }
    }

    private mutating func resolve(_ document: BackendDocument, _ section: BootFile.Backend?)
        -> DesiredBackend
    {
        let spec = document.spec
        let template = spec.template.flatMap { templates[$0.value] }?.server ?? AttributeLayer()
        let inherited = template.over(section?.defaultServer ?? ServerAttributes())
        let servers = cache.servers(of: document, sharing: spec.shared.over(inherited))
        var backend = DesiredBackend(
            name: spec.name,
            document: document.head.name,
            servers: servers,
            origin: document.head.origin
        )
        backend.unmanaged = spec.unmanaged
        backend.manages = spec.manages
        backend.maxUnavailable = spec.maxUnavailable
        backend.minCapacity = spec.minCapacity
        backend.replacement = spec.replacement
        backend.boot = section?.facts
        return backend
    }

    /// Entries that the routes of a fleet put into its host map.
    private mutating func routing(
        of fleet: FleetDocument,
        _ boot: BootFile?,
        backends: [DesiredBackend]
    ) -> [DesiredMapEntry] {
        var known = Set(backends.map(\.name))
        if let boot { known.formUnion(boot.backends.keys) }
        var entries: [DesiredMapEntry] = []
        for route in routes where route.fleets?.value.selects(fleet) == true {
            let context = "in route \(route.head.name)"
            guard fleet.hostMap != nil else {
                let message = "fleet \(fleet.name) has no routing.hostMap, so it cannot route"
                report(message, at: route.head.origin, in: context, related: fleet.head.origin)
                continue
            }
            guard let backend = route.backend else { continue }
            guard known.contains(backend.value) else {
                let near = Spelling.nearest(
                    to: backend.value.text,
                    among: known.map(\.text).sorted()
                )
                let hint = near.map { "; did you mean \($0)?" } ?? ""
                let message = "fleet \(fleet.name) has no backend \(backend.value)\(hint)"
                report(message, at: backend.origin, in: context)
                continue
            }
            for host in route.hosts {
                entries.append(
                    DesiredMapEntry(key: host.value, value: backend.value.text, origin: host.origin)
                )
            }
        }
        return entries
    }

    private mutating func resolveMaps(
        of fleet: FleetDocument,
        _ boot: BootFile?,
        routing: [DesiredMapEntry]
    ) -> [DesiredMap] {
        var resolved: [PatternFileName: DesiredMap] = [:]
        if let hostMap = fleet.hostMap {
            resolved[hostMap.value] = DesiredMap(
                name: hostMap.value,
                entries: routing,
                origin: hostMap.origin
            )
        }
        var documents: [PatternFileName: Origin] = [:]
        for document in maps where document.fleets?.value.selects(fleet) == true {
            guard let name = document.name else { continue }
            if let first = documents[name.value] {
                let message = "a second document for map \(name.value) in fleet \(fleet.name)"
                report(message, at: name.origin, related: first)
                continue
            }
            documents[name.value] = name.origin
            checkName(name, of: document, in: fleet, boot)
            var map = DesiredMap(
                name: name.value,
                entries: entries(of: document),
                origin: name.origin
            )
            map.isOrdered = document.entries.isOrdered || document.entriesFrom != nil
            map.isAtomic = document.isAtomic
            map.unmanaged = document.unmanaged
            map.entries += resolved[name.value]?.entries ?? []
            resolved[name.value] = map
        }
        return resolved.values.sorted { $0.name < $1.name }.map { checkedKeys(of: $0, in: fleet) }
    }

    private mutating func checkName(
        _ name: Located<PatternFileName>,
        of document: MapDocument,
        in fleet: FleetDocument,
        _ boot: BootFile?
    ) {
        guard let boot else { return }
        let context = "in map \(document.head.name)"
        if name.value == boot.statusMap {
            report("map \(name.value) holds Apus's own entries", at: name.origin, in: context)
        } else if !boot.maps.contains(name.value.text) {
            reportMissing(
                name.value,
                from: boot,
                fleet.boot?.value ?? "",
                at: name.origin,
                in: context
            )
        }
    }

    private mutating func entries(of document: MapDocument) -> [DesiredMapEntry] {
        guard let path = document.entriesFrom else { return document.entries.list }
        guard let file = files.entries[path.value] else {
            let message = "file \(VisibleText.quoted(path.value)) is not in the repository"
            report(message, at: path.origin, in: "in map \(document.head.name)")
            return []
        }
        diagnostics += file.diagnostics
        return file.entries
    }

    /// Sorts an unordered map and refuses keys that come from two places.
    private mutating func checkedKeys(of map: DesiredMap, in fleet: FleetDocument) -> DesiredMap {
        var map = map
        var places: [String: Origin] = [:]
        places.reserveCapacity(map.entries.count)
        for entry in map.entries {
            if let first = places[entry.key] {
                let key = VisibleText.quoted(entry.key)
                let message = "key \(key) appears twice in map \(map.name) of fleet \(fleet.name)"
                report(message, at: entry.origin, related: first)
            }
            places[entry.key] = entry.origin
        }
        if !map.isOrdered { map.entries.sort { $0.key < $1.key } }
        return map
    }
}
