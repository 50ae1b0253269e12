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
