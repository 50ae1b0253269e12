import Model

extension StateResolution {
    mutating func resolveBackends(of fleet: FleetDocument, _ boot: BootFile?)
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
            let section = section(of: document, in: fleet, boot)
            add(section?.needsRestart ?? [])
            resolved.append(resolve(document, section, boot))
        }
        return resolved.sorted { $0.name < $1.name }
    }

    /// The section that a backend's servers inherit from: its own, or the defaults it is made from.
    private mutating func section(
        of document: BackendDocument,
        in fleet: FleetDocument,
        _ boot: BootFile?
    ) -> BootFile.Backend? {
        guard let boot, let path = fleet.boot?.value else { return nil }
        let name = document.spec.name
        guard document.spec.dynamic != nil else {
            if boot.backends[name] == nil {
                let hint = hint(for: name.text, among: boot.backends.keys.map(\.text))
                report(
                    "backend \(name) is not in \(path) of fleet \(fleet.name)\(hint)",
                    at: document.head.origin
                )
            }
            return boot.backends[name]
        }
        if boot.backends[name] != nil || boot.frontends[name.text] != nil {
            report(
                "\(name) is in \(path) of fleet \(fleet.name), so it cannot be created at runtime",
                at: document.spec.dynamic ?? document.head.origin,
                in: "in backend \(name)"
            )
        }
        guard let from = document.spec.defaults else { return nil }
        let context = "in backend \(name)"
        let section = defaults(from, in: boot, of: fleet, context: context)
        if let section, !section.setsMode {
            // `add backend` would ask for one, HAProxy's default notwithstanding (3.4).
            let message =
                "defaults section \(from.value) of \(path) sets no mode, and a backend made from it needs one"
            report(message, at: from.origin, in: context)
        }
        return section
    }

    /// A named defaults section; nil after reporting that there is none.
    mutating func defaults(
        _ name: Located<DefaultsName>,
        in boot: BootFile,
        of fleet: FleetDocument,
        context: String
    ) -> BootFile.Backend? {
        if let section = boot.defaults[name.value] { return section }
        let hint = hint(for: name.value.text, among: boot.defaults.keys.map(\.text))
        let path = fleet.boot?.value ?? ""
        report(
            "\(path) of fleet \(fleet.name) has no defaults section \(name.value)\(hint)",
            at: name.origin,
            in: context
        )
        return nil
    }

    private mutating func resolve(
        _ document: BackendDocument,
        _ section: BootFile.Backend?,
        _ boot: BootFile?
    ) -> DesiredBackend {
        let spec = document.spec
        let template = spec.template.flatMap { templates[$0.value] }?.server ?? AttributeLayer()
        let inherited = template.over(section?.defaultServer ?? ServerAttributes())
        let known = cache.servers(of: document, sharing: spec.shared.over(inherited))
        let servers = known.servers
        add(known.mistakes)
        if let boot { checkTracks(of: known.tracking, in: document, boot) }
        var backend = DesiredBackend(
            name: spec.name,
            document: document.head.name,
            servers: servers,
            origin: document.head.origin
        )
        backend.labels = document.head.labels
        backend.unmanaged = spec.unmanaged
        backend.manages = spec.manages
        backend.maxUnavailable = spec.maxUnavailable
        backend.minCapacity = spec.minCapacity
        backend.replacement = spec.replacement
        backend.defaults = spec.dynamic == nil ? nil : spec.defaults?.value
        backend.boot = section?.facts
        checkBalance(of: backend)
        return backend
    }

    /// A server added at runtime may only track one of the boot file (HAProxy 2.5 to 3.5).
    private mutating func checkTracks(
        of servers: [DesiredServer],
        in document: BackendDocument,
        _ boot: BootFile
    ) {
        for server in servers {
            guard let text = server.attributes.word(.track) else { continue }
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            let place = parts.count == 2 ? parts : [document.spec.name.text] + parts
            guard place.count == 2, let backend = try? BackendName(place[0]),
                let name = try? ServerName(place[1]),
                boot.backends[backend]?.facts.servers.contains(name) == true
            else {
                report(
                    "track \(VisibleText.escape(text.unicodeScalars)) names no server of the boot file; only such a server can be tracked",
                    at: server.origin,
                    in: "in server \(server.name) of backend \(document.spec.name)"
                )
                continue
            }
        }
    }

    /// A static balance takes no new servers (`add server` refuses, HAProxy 2.4 to 3.5).
    private mutating func checkBalance(of backend: DesiredBackend) {
        guard let boot = backend.boot, !boot.acceptsServers,
            let server = backend.servers.first(where: { !boot.servers.contains($0.name) })
        else { return }
        let how = boot.balance.split(separator: " ").first ?? ""
        let remedy = how == "static-rr" ? "balance roundrobin" : "hash-type consistent"
        add(
            Diagnostic(
                .warning,
                at: server.origin,
                "backend \(backend.name) has balance \(how), which takes no server at runtime: it needs a restart, or \(remedy) in the boot file",
                context: "in server \(server.name) of backend \(backend.name)"
            )
        )
    }
}
