import Model

/// Sorts what must happen to one backend's servers into phases that keep its capacity.
///
/// First what brings servers into service, then replacements a few at a time, then what takes servers
/// out for good; chains that move no traffic wait for nothing.
struct BackendPlanner {
    let desired: DesiredBackend
    let observed: ObservedBackend
    let capabilities: ProxyCapabilities
    let sequences: ServerSequences
    let mark: ServerMark
    /// Takes no servers at runtime.
    let isStaticallyBalanced: Bool
    /// Servers that the last applied revision declared.
    let previous: Set<ServerName>

    /// Chains that add capacity; everything below waits for them.
    var raising: [ServerChain] = []
    /// Chains that neither take traffic away nor are counted upon.
    var quiet: [ServerChain] = []
    /// Chains that bring a server into service which serves nobody now; they wait for nothing, and nothing
    /// waits for them unless their weight is needed.
    var returning: [ServerChain] = []
    /// Chains that take one server out and bring it back.
    var dipping: [ServerChain] = []
    /// How many of those may be under way at once.
    var lanes = 0
    /// Chains that take capacity away for good.
    var lowering: [ServerChain] = []
    var remarks: [Remark] = []
    /// What must stay in service while servers go, if anything.
    private(set) var floor: ServingFloor?
    /// Servers without our mark are replaced by ones that carry it.
    var adopts = false

    var ids: ServerIDs
    var unknown: [String] = []
    var kept: [String] = []

    init(
        _ desired: DesiredBackend,
        _ observed: ObservedBackend,
        capabilities: ProxyCapabilities,
        removal: RemovalSettings,
        previous: Set<ServerName>,
        siblings: [ObservedBackend]
    ) {
        self.desired = desired
        self.observed = observed
        self.capabilities = capabilities
        self.previous = previous
        sequences = ServerSequences(capabilities: capabilities, removal: removal)
        isStaticallyBalanced = desired.boot?.isStaticallyBalanced ?? false
        mark = ServerMark(capabilities: capabilities, boot: desired.boot)
        ids = ServerIDs(desired, observed, siblings: siblings)
    }

    /// Fills the phases and the remarks.
    mutating func plan() {
        for server in desired.servers {
            if let live = observed.servers[server.name] {
                compare(server, live)
            } else {
                add(server)
            }
        }
        let declared = Set(desired.servers.map(\.name))
        let others = observed.servers.keys.filter { !declared.contains($0) }.sorted()
        let isApplied = !others.isEmpty && desired.unmanaged == .remove && hasBeenApplied
        for name in others {
            if let live = observed.servers[name] { retire(live, isApplied) }
        }
        keepCapacity()
        remarkOnWhole(declared)
    }

    /// Whether any server takes traffic now.
    var isServing: Bool { observed.servers.values.contains { $0.servingWeight > 0 } }

    func manages(_ aspect: DesiredBackend.Aspect) -> Bool { desired.manages.contains(aspect) }

    func path(_ name: ServerName) -> ServerPath { ServerPath(desired.name, name) }
}

extension BackendPlanner {
    /// `isApplied`: foreign servers go only where Apus has been before; a first apply never deletes them.
    mutating func retire(_ live: ObservedServer, _ isApplied: Bool) {
        let path = path(live.name)
        let isOurs = mark.isOurs(live, at: path) || previous.contains(live.name)
        guard manages(.membership), isOurs || isApplied else {
            kept.append(live.name.text)
            return
        }
        if desired.boot?.referenced.contains(live.name) == true {
            let message = "server \(path): cannot be removed, `track` or `use-server` names it"
            remarks.append(Remark(.needsRestart, message, origin: desired.origin))
            return
        }
        let chain = ServerChain(
            path: path,
            origin: desired.origin,
            changes: sequences.remove(path, live),
            loss: live.servingWeight
        )
        append(chain, to: live.admin == .ready ? \.lowering : \.quiet)
    }

    /// Some server here was added by Apus, or an earlier revision is known to have been applied.
    var hasBeenApplied: Bool {
        !previous.isEmpty || observed.servers.values.contains { mark.isOurs($0, at: path($0.name)) }
    }

    /// Sets aside what the floor does not allow yet.
    mutating func keepCapacity() {
        guard !dipping.isEmpty || !lowering.isEmpty else { return }
        var (floor, fit) = fitting(raising)
        if !fit.postponed.isEmpty, !returning.isEmpty {
            let (other, better) = fitting(raising + returning)
            if better.postponed.count < fit.postponed.count {
                (floor, fit) = (other, better)
                raising += returning.map(\.proven)
                returning = []
            }
        }
        (dipping, lanes, lowering) = (fit.dipping, fit.lanes, fit.lowering)
        if floor.floor > 0, dipping.count + lowering.count > 0 {
            self.floor = ServingFloor(backend: desired.name, weight: floor.floor)
        }
        guard !fit.postponed.isEmpty else { return }
        let names = Remark.list(fit.postponed.map(\.path.server.text))
        let message =
            "backend \(desired.name): \(names) must wait: capacity may not fall below \(floor.floor) "
            + "(minCapacity \(desired.minCapacity)% of the \(floor.now) in service), "
            + "and at most \(desired.maxUnavailable) may be out at once"
        remarks.append(Remark(.postponed, message, origin: desired.origin))
    }

    /// What may be done once `raised` is.
    private struct Fit {
        var dipping: [ServerChain] = []
        var lanes = 0
        var lowering: [ServerChain] = []
        var postponed: [ServerChain] = []
    }

    private func fitting(_ raised: [ServerChain]) -> (CapacityFloor, Fit) {
        var floor = CapacityFloor(observed, minCapacity: desired.minCapacity)
        floor.raise(by: raised.reduce(0) { $0 + $1.gain })
        var fit = Fit()
        let limit = desired.maxUnavailable.amount(of: desired.servers.count)
        let chosen = floor.choose(dips: dipping, atOnce: limit)
        (fit.dipping, fit.lanes, fit.postponed) = (chosen.accepted, chosen.lanes, chosen.refused)
        for chain in lowering {
            if floor.accept(loss: chain.loss) {
                fit.lowering.append(chain)
            } else {
                fit.postponed.append(chain)
            }
        }
        return (floor, fit)
    }

    mutating func noteUnknown(_ server: DesiredServer, _ live: ObservedServer) {
        let visible: [(Bool, Bool, String)] = [
            (server.attributes.isChecked, live.isChecked, "check"),
            (server.attributes[.backup] != nil, live.isBackup, "backup"),
        ]
        for (wanted, runs, keyword) in visible where wanted != runs {
            let how = wanted ? "declared with `\(keyword)`, runs without" : "runs with `\(keyword)`"
            let message = "server \(path(server.name)): \(how); not added by Apus, so not replaced"
            remarks.append(Remark(.unknown, message, origin: server.origin))
        }
        let hidden = server.attributes.sorted.contains {
            $0.attribute.mutability == .replace && ![.check, .backup].contains($0.attribute)
        }
        if hidden { unknown.append(server.name.text) }
    }

    mutating func remarkOnWhole(_ declared: Set<ServerName>) {
        if !unknown.isEmpty {
            let message =
                "backend \(desired.name): the proxy does not tell all attributes of "
                + "\(Remark.list(unknown)); they count as equal"
            remarks.append(Remark(.unknown, message, origin: desired.origin))
        }
        if !kept.isEmpty {
            let message = "backend \(desired.name): left alone: \(Remark.list(kept))"
            remarks.append(Remark(.unmanaged, message, origin: desired.origin))
        }
        let returning = (desired.boot?.servers ?? []).subtracting(declared)
            .filter { observed.servers[$0] == nil }.sorted()
        if !returning.isEmpty {
            let message =
                "backend \(desired.name): \(Remark.list(returning.map(\.text))) "
                + "come back with a restart; drop them from the boot file"
            remarks.append(Remark(.warning, message, origin: desired.origin))
        }
    }
}
