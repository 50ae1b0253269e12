import Model

extension StateResolution {
    /// Entries that the routes of a fleet put into its host map.
    mutating func routing(
        of fleet: FleetDocument,
        _ boot: BootFile?,
        backends: [DesiredBackend]
    ) -> [DesiredMapEntry] {
        var known = Set(backends.map(\.name))
        if let boot { known.formUnion(boot.backends.keys) }
        var entries: [DesiredMapEntry] = []
        var names: [String: Origin] = [:]
        for route in routes where route.fleets?.value.selects(fleet) == true {
            let context = "in route \(route.head.name)"
            if let first = names[route.head.name] {
                let message = "a second Route \(route.head.name) in fleet \(fleet.name)"
                report(message, at: route.head.origin, related: first)
                continue
            }
            names[route.head.name] = route.head.origin
            guard fleet.hostMap != nil else {
                let message = "fleet \(fleet.name) has no routing.hostMap, so it cannot route"
                report(message, at: route.head.origin, in: context, related: fleet.head.origin)
                continue
            }
            guard let backend = route.backend else { continue }
            guard known.contains(backend.value) else {
                let hint = hint(for: backend.value.text, among: known.map(\.text))
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

    mutating func resolveMaps(
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
            let path = fleet.boot?.value ?? ""
            reportMissing("map", name.value, among: boot.maps, of: (path, name.origin, context))
        }
    }

    private mutating func entries(of document: MapDocument) -> [DesiredMapEntry] {
        guard let path = document.entriesFrom else { return document.entries.list }
        guard let file = files.entries[path.value] else {
            let message = "file \(VisibleText.quoted(path.value)) is not in the repository"
            report(message, at: path.origin, in: "in map \(document.head.name)")
            return []
        }
        add(file.diagnostics)
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
