import Model

extension StateResolution {
    /// The limits of all documents for a fleet; the same one from two places is a mistake.
    mutating func resolveLimits(
        of fleet: FleetDocument,
        _ boot: BootFile?,
        frontends: [DesiredFrontend]
    ) -> [DesiredLimit] {
        var resolved: [LimitTarget: DesiredLimit] = [:]
        var names: [String: Origin] = [:]
        for document in limitDocuments where document.fleets?.value.selects(fleet) == true {
            let context = "in limits \(document.head.name)"
            if let first = names[document.head.name] {
                let message = "a second Limits \(document.head.name) in fleet \(fleet.name)"
                report(message, at: document.head.origin, related: first)
                continue
            }
            names[document.head.name] = document.head.origin
            for limit in document.limits {
                if let first = resolved[limit.target] {
                    let message = "\(limit.target) of fleet \(fleet.name) is limited twice"
                    report(message, at: limit.origin, in: context, related: first.origin)
                    continue
                }
                resolved[limit.target] = limit
                if let boot { check(limit, of: fleet, boot, frontends, in: context) }
            }
        }
        return resolved.values.sorted { $0.target < $1.target }
    }

    private mutating func check(
        _ limit: DesiredLimit,
        of fleet: FleetDocument,
        _ boot: BootFile,
        _ frontends: [DesiredFrontend],
        in context: String
    ) {
        let path = fleet.boot?.value ?? ""
        switch limit.target {
        case .globalMaxconn:
            guard let most = boot.globalMaxconn, limit.value > most else { return }
            report(
                "maxconn \(limit.value) is above the \(most) of \(path), which only a restart raises",
                at: limit.origin,
                in: context
            )
        case .frontendMaxconn(let name):
            let known = Set(boot.frontends.keys).union(frontends.map(\.name.text))
            guard !known.contains(name.text) else { return }
            let hint = hint(for: name.text, among: known)
            report(
                "frontend \(name) is not in \(path) of fleet \(fleet.name)\(hint)",
                at: limit.origin,
                in: context
            )
        case .rate: return
        }
    }
}
