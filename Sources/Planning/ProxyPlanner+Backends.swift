import Model

/// Backends as wholes: those of the boot file are taken as they are, others are created before their
/// servers and published after them, unpublished before their servers leave and deleted after them.
extension ProxyPlanner {
    mutating func planBackends() {
        let declared = options.previous?.backends ?? []
        let previous = Dictionary(declared.map { ($0.name, Set($0.servers.map(\.name))) }) { $1 }
        for desired in fleet.backends {
            guard let live = live(desired) else { continue }
            var planner = planner(for: desired, live, previous[desired.name] ?? [])
            planner.adopts = options.adopts
            planner.plan()
            remarks += planner.remarks
            backends.append(planner)
            let isHidden = desired.defaults != nil && !live.isPublished
            if isHidden { unpublished.insert(desired.name) }
            if !planner.isServing || isHidden { awaited[desired.name.text] = desired.name }
            if !planner.lowering.isEmpty { lowered[desired.name.text] = desired.name }
        }
    }

    private func planner(
        for desired: DesiredBackend,
        _ live: ObservedBackend,
        _ previous: Set<ServerName>
    ) -> BackendPlanner {
        BackendPlanner(
            desired,
            live,
            capabilities: observed.capabilities,
            removal: fleet.removal,
            previous: previous,
            siblings: options.siblings.compactMap { $0.backends[desired.name] }
        )
    }

    /// What the proxy has of a backend, an empty one if it is to be created; nil, with a remark, if it cannot be.
    private mutating func live(_ desired: DesiredBackend) -> ObservedBackend? {
        let name = desired.name
        if let live = observed.backends[name] {
            if let defaults = desired.defaults,
                BackendIdentity.differs(live.guid, name, from: defaults)
            {
                let message =
                    "backend \(name) was created from another section than \(defaults), and nothing "
                    + "changes that: give it another name, or drop it for one revision"
                remarks.append(Remark(.needsRestart, message, origin: desired.origin))
            }
            return live
        }
        guard let defaults = desired.defaults else {
            let message = "backend \(name) is not on the proxy; add it to the boot file"
            remarks.append(Remark(.needsRestart, message, origin: desired.origin))
            return nil
        }
        guard observed.capabilities.hasBackendCommands else {
            let program =
                "\(observed.capabilities.program.rawValue) \(observed.capabilities.version)"
            let message =
                "backend \(name): \(program) creates no backends at runtime; add it to the boot file"
            remarks.append(Remark(.needsRestart, message, origin: desired.origin))
            return nil
        }
        var live = ObservedBackend(name: name, id: 0)
        live.guid = BackendIdentity.guid(of: name, from: defaults)
        live.isPublished = false
        return live
    }

    /// Finds the backends that we made and nobody declares any more.
    mutating func planLeaving() {
        guard observed.capabilities.hasBackendCommands else { return }
        let declared = Set(fleet.backends.map(\.name))
        let previous = Dictionary((options.previous?.backends ?? []).map { ($0.name, $0) }) { $1 }
        for name in observed.backends.keys.sorted() where !declared.contains(name) {
            guard let live = observed.backends[name] else { continue }
            let before = previous[name]
            guard BackendIdentity.isOurs(live.guid, name) || before?.defaults != nil else {
                continue
            }
            var desired = DesiredBackend(
                name: name,
                document: before?.document ?? name.text,
                servers: [],
                origin: fleet.origin
            )
            desired.unmanaged = before?.unmanaged ?? .keep
            var planner = planner(for: desired, live, Set(before?.servers.map(\.name) ?? []))
            planner.plan()
            leaving.append(planner)
            lowered[name.text] = name
        }
    }

    mutating func emitCreations() {
        for backend in backends where observed.backends[backend.desired.name] == nil {
            let desired = backend.desired
            guard let defaults = desired.defaults, let guid = backend.observed.guid else {
                continue
            }
            let change = Change.addBackend(desired.name, from: defaults, guid: guid)
            created[desired.name] = order.add(change, origin: desired.origin)
        }
    }

    /// A backend that serves already is published at once, any other one when its servers are up.
    mutating func emitPublications() {
        for backend in backends where unpublished.contains(backend.desired.name) {
            let name = backend.desired.name
            var after = backend.isServing ? [] : raised[name] ?? []
            if after.isEmpty, let first = created[name] { after = [first] }
            let change = Change.publishBackend(name)
            raised[name] = [order.add(change, origin: backend.desired.origin, after: after)]
        }
    }

    /// After the maps: nothing may route to a backend that goes.
    mutating func emitDeletion(_ backend: BackendPlanner) {
        let name = backend.desired.name
        if let reason = obstacle(toDeleting: backend) {
            let message = "backend \(name) is not declared any more, but \(reason)"
            remarks.append(Remark(.postponed, message, origin: backend.desired.origin))
            return
        }
        let origin = backend.desired.origin
        var after = dereferenced[name] ?? []
        if backend.observed.isPublished {
            after = [order.add(.unpublishBackend(name), origin: origin, after: after)]
        }
        var ends: [Int] = []
        for chain in backend.lowering + backend.quiet {
            let range = order.add(chain, after: after)
            ends.append(range.upperBound)
            if after.count > 1 { after = [range.lowerBound] }
        }
        order.add(.deleteBackend(name), origin: origin, after: ends.isEmpty ? after : ends)
    }

    private func obstacle(toDeleting backend: BackendPlanner) -> String? {
        if let map = routed[backend.desired.name.text] {
            return "map \(map) still routes to it"
        }
        guard !backend.kept.isEmpty else { return nil }
        return "holds servers that Apus did not add: \(Remark.list(backend.kept))"
    }
}
