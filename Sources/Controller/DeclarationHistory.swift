import Model

/// What earlier revisions declared for a fleet: what is therefore ours to remove, or to restore.
struct DeclarationHistory: Sendable {
    private let former: @Sendable (Revision) async -> DesiredFleet?
    private var known: [Revision: DesiredFleet] = [:]

    /// `former` gives the fleet as a revision declared it, or nil.
    init(_ former: @escaping @Sendable (Revision) async -> DesiredFleet?) {
        self.former = former
    }

    /// Keeps a state that is at hand, and of the others only what the ledger still names.
    mutating func remember(_ state: DesiredFleet, _ revision: Revision, _ ledger: Ledger) {
        if known.count > 8 {
            let needed = Set(
                ledger.proxies.values.flatMap { $0.attempted + ($0.applied.map { [$0] } ?? []) }
            )
            known = known.filter { needed.contains($0.key) }
        }
        known[revision] = state
    }

    /// The fleet at an earlier revision; nil when that cannot be read any more.
    mutating func state(at revision: Revision) async -> DesiredFleet? {
        if let state = known[revision] { return state }
        let state = await former(revision)
        if let state { known[revision] = state }
        return state
    }

    /// The fleet as each revision declares it that a proxy was seen to run: their policies hold too.
    mutating func applied(on proxies: [ProxyTarget], _ ledger: Ledger) async -> [DesiredFleet] {
        let revisions = Set(proxies.compactMap { ledger[$0.name]?.applied })
        var fleets: [DesiredFleet] = []
        for revision in revisions.sorted(by: { $0.commit < $1.commit }) {
            if let state = await state(at: revision) { fleets.append(state) }
        }
        return fleets
    }

    /// Forgets attempts that are not among the newest and left nothing that lives on their proxy and that
    /// nothing newer declares: what they alone declared stays ours to remove for as long as it takes.
    mutating func prune(
        _ ledger: inout Ledger,
        for goal: DesiredFleet,
        _ observed: [ProxyName: ObservedProxy]
    ) async {
        for (name, proxy) in observed.sorted(by: { $0.key < $1.key }) {
            guard let entry = ledger[name], entry.attempted.count > Ledger.unquestioned else {
                continue
            }
            var newer = goal
            let recent =
                entry.attempted.suffix(Ledger.unquestioned) + [entry.applied].compactMap(\.self)
            for revision in recent {
                if let state = await state(at: revision) { newer = newer.declaring(also: state) }
            }
            var forgotten: Set<Revision> = []
            for revision in entry.attempted.dropLast(Ledger.unquestioned).reversed() {
                guard let state = await state(at: revision), state.left(on: proxy, besides: newer)
                else {
                    forgotten.insert(revision)
                    continue
                }
                newer = newer.declaring(also: state)
            }
            ledger.forget(forgotten, on: name)
        }
    }

    /// For each proxy everything that the revisions it was given declared.
    mutating func declared(on proxies: [ProxyTarget], _ ledger: Ledger) async -> [ProxyName:
        DesiredFleet]
    {
        var unions: [[Revision]: DesiredFleet] = [:]
        var declared: [ProxyName: DesiredFleet] = [:]
        for proxy in proxies {
            let revisions = ledger.revisions(on: proxy.name)
            if unions[revisions] == nil {
                for revision in revisions {
                    guard let state = await state(at: revision) else { continue }
                    unions[revisions] = unions[revisions]?.declaring(also: state) ?? state
                }
            }
            declared[proxy.name] = unions[revisions]
        }
        return declared
    }
}

extension DesiredFleet {
    /// Something that lives on a proxy is declared here and not by `other`.
    fileprivate func left(on proxy: ObservedProxy, besides other: DesiredFleet) -> Bool {
        let hasServers = backends.contains { backend in
            guard let live = proxy.backends[backend.name] else { return false }
            guard let known = other.backends.first(where: { $0.name == backend.name }) else {
                return true
            }
            let names = Set(known.servers.map(\.name))
            return backend.servers.contains {
                !names.contains($0.name) && live.servers[$0.name] != nil
            }
        }
        let hasEntries = maps.contains { map in
            let known = other.maps.first { $0.name == map.name }?.entries.map(\.key) ?? []
            let names = Set(known)
            let live = Set(proxy.maps[map.name]?.entries.map(\.key) ?? [])
            return map.entries.contains { !names.contains($0.key) && live.contains($0.key) }
        }
        let hasPatterns = acls.contains { list in
            let known = other.acls.first { $0.name == list.name }?.patterns.map(\.text) ?? []
            let live = Set(proxy.acls[list.name] ?? []).subtracting(known)
            return list.patterns.contains { live.contains($0.text) }
        }
        let known = Set(other.certificates.map(\.name))
        let hasCertificates = certificates.contains { certificate in
            !known.contains(certificate.name)
                && proxy.certificates.certificates[certificate.name] != nil
        }
        return hasServers || hasEntries || hasPatterns || hasCertificates
    }
}
