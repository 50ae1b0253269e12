import Model

extension StateResolution {
    mutating func resolveFrontends(
        of fleet: FleetDocument,
        _ boot: BootFile?,
        backends: [DesiredBackend]
    ) -> [DesiredFrontend] {
        var resolved: [FrontendName: DesiredFrontend] = [:]
        for document in frontends where document.fleets?.value.selects(fleet) == true {
            let context = "in frontend \(document.name)"
            if let first = resolved[document.name] {
                let message =
                    "a second document for frontend \(document.name) in fleet \(fleet.name)"
                report(message, at: document.head.origin, related: first.origin)
                continue
            }
            guard let defaults = document.defaults else { continue }
            if let boot {
                _ = self.defaults(defaults, in: boot, of: fleet, context: context)
                checkName(of: document, in: fleet, boot)
            }
            checkBackend(of: document, in: fleet, boot, backends: backends)
            resolved[document.name] = DesiredFrontend(
                name: document.name,
                defaults: defaults.value,
                binds: document.binds.map { DesiredFrontend.Line($0.value, origin: $0.origin) },
                rules: document.rules.map { DesiredFrontend.Line($0.value, origin: $0.origin) },
                defaultBackend: document.defaultBackend?.value,
                origin: document.head.origin
            )
        }
        return resolved.values.sorted { $0.name < $1.name }
    }

    private mutating func checkName(
        of document: FrontendDocument,
        in fleet: FleetDocument,
        _ boot: BootFile
    ) {
        let path = fleet.boot?.value ?? ""
        guard boot.frontends[document.name.text] != nil else { return }
        report(
            "frontend \(document.name) is in \(path) of fleet \(fleet.name), so it cannot be created at runtime",
            at: document.head.origin
        )
    }

    private mutating func checkBackend(
        of document: FrontendDocument,
        in fleet: FleetDocument,
        _ boot: BootFile?,
        backends: [DesiredBackend]
    ) {
        guard let backend = document.defaultBackend else { return }
        var known = Set(backends.map(\.name))
        if let boot { known.formUnion(boot.backends.keys) }
        guard !known.contains(backend.value) else { return }
        let hint = hint(for: backend.value.text, among: known.map(\.text))
        report(
            "fleet \(fleet.name) has no backend \(backend.value)\(hint)",
            at: backend.origin,
            in: "in frontend \(document.name)"
        )
    }
}
