import Model

/// Plans one proxy: phases of all backends and the maps between them, in one safe order.
///
/// Servers come up before map entries that route to them; entries go before the servers they routed to.
struct ProxyPlanner {
    let fleet: DesiredFleet
    let observed: ObservedProxy
    let options: Planner.Options

    var order = StepOrder()
    var remarks: [Remark] = []
    var backends: [BackendPlanner] = []
    /// Backends made at runtime that nobody declares any more, with what takes their servers out.
    var leaving: [BackendPlanner] = []
    /// The step that creates a backend.
    var created: [BackendName: Int] = [:]
    /// Backends that no rule reaches yet and one is to.
    var unpublished: Set<BackendName> = []
    /// Entries looked at and edits made.
    private var mapWork = 0
    /// What the maps' values will be, with a map that has each.
    var routed: [String: PatternFileName] = [:]
    /// Last steps of what brings a backend's servers into service, for map entries that name it.
    var raised: [BackendName: [Int]] = [:]
    /// What taking servers of a backend out must come after.
    var beforeLowering: [BackendName: [Int]] = [:]
    /// The map steps that take references to a backend away.
    var dereferenced: [BackendName: [Int]] = [:]
    /// Backends without a server in service: map values that name them wait for their first ones.
    var awaited: [String: BackendName] = [:]
    /// Backends that lose servers: map values that name them go first.
    var lowered: [String: BackendName] = [:]

    init(_ fleet: DesiredFleet, _ observed: ObservedProxy, options: Planner.Options) {
        self.fleet = fleet
        self.observed = observed
        self.options = options
    }

    mutating func plan() -> ProxyPlan {
        if let refusal = refusal() {
            remarks.append(Remark(.refused, refusal, origin: fleet.origin))
            return finished()
        }
        planBackends()
        planLeaving()
        claim()
        emitCreations()
        for backend in backends { emitRaising(backend) }
        for backend in backends { emitDips(backend) }
        emitPublications()
        planCertificates()
        planMaps()
        planLists()
        planLimits()
        for backend in backends { emitLowering(backend) }
        for backend in leaving { emitDeletion(backend) }
        announceReady()
        remarkOnStrangers()
        remarkOnUnplanned()
        return finished()
    }

    private func finished() -> ProxyPlan {
        var plan = ProxyPlan(
            proxy: observed.name,
            incarnation: observed.incarnation,
            base: BaseDigest.of(order.steps, in: observed),
            steps: order.steps,
            remarks: remarks
        )
        plan.floors = backends.compactMap(\.floor).sorted { $0.backend < $1.backend }
        plan.hidden = hidden
        return plan
    }

    private var hidden: [HiddenAttributes] {
        var declared: [BackendName: [ServerName: ServerAttributes]] = [:]
        return HiddenAttributes.of(BaseDigest.servers(of: order.steps), in: observed) { path in
            if let known = declared[path.backend] { return known[path.server] }
            let backend = backends.first { $0.desired.name == path.backend }?.desired
            let servers = (backend?.servers ?? []).map { ($0.name, $0.attributes) }
            let known = Dictionary(servers) { first, _ in first }
            declared[path.backend] = known
            return known[path.server]
        }
    }

    /// Steps, the steps they name and the ids tried: grows like the input, which tests watch.
    var work: Int {
        order.work + mapWork
            + (backends + leaving).reduce(0) {
                $0 + $1.ids.probes + $1.desired.servers.count + $1.observed.servers.count
            }
    }
}

// MARK: - Phases of backends

extension ProxyPlanner {
    private mutating func emitRaising(_ backend: BackendPlanner) {
        let name = backend.desired.name
        let after = created[name].map { [$0] } ?? []
        let ends = backend.raising.map { order.add($0, after: after).upperBound }
        beforeLowering[name] = ends
        // Nobody waits for these but the map entries that would lead to an empty backend.
        raised[name] = ends + backend.returning.map { order.add($0).upperBound }
        for chain in backend.quiet { order.add(chain, after: after) }
    }

    /// Replacement `i` starts when replacement `i − lanes` is done.
    private mutating func emitDips(_ backend: BackendPlanner) {
        let name = backend.desired.name
        var firsts: [Int] = []
        var ends: [Int] = []
        for (index, chain) in backend.dipping.enumerated() {
            var after = beforeLowering[name] ?? []
            if index >= backend.lanes {
                after = [ends[index - backend.lanes]]
            } else if let first = firsts.first {
                // The first waited for all of them; one edge instead of as many again.
                after = [first]
            }
            let range = order.add(chain, after: after)
            firsts.append(range.lowerBound)
            ends.append(range.upperBound)
        }
        if !ends.isEmpty { beforeLowering[name] = Array(ends.suffix(max(1, backend.lanes))) }
    }

    private mutating func emitLowering(_ backend: BackendPlanner) {
        let name = backend.desired.name
        var after = (beforeLowering[name] ?? []) + (dereferenced[name] ?? [])
        for chain in backend.lowering {
            let range = order.add(chain, after: after)
            if after.count > 1 { after = [range.lowerBound] }
        }
    }
}

// MARK: - Maps

extension ProxyPlanner {
    private mutating func planMaps() {
        for desired in fleet.maps where desired.name != fleet.statusMap {
            guard let live = observed.maps[desired.name] else {
                let message = "map \(desired.name) is not on the proxy; name it in the boot file"
                remarks.append(Remark(.needsRestart, message, origin: desired.origin))
                continue
            }
            let before = options.previous?.maps.first { $0.name == desired.name }
            var planner = MapPlanner(
                desired,
                live,
                previous: Set(before?.entries.map(\.key) ?? []),
                commandLimit: observed.capabilities.commandLimit
            )
            let edits = planner.edits()
            remarks += planner.remarks
            mapWork += live.entries.count + desired.entries.count + edits.count
            if !leaving.isEmpty {
                for word in planner.lasting { routed[word] = desired.name }
            }
            for edit in edits { emit(edit) }
        }
    }

    private mutating func emit(_ edit: MapPlanner.Edit) {
        var after: [Int] = []
        for word in edit.brings {
            if let name = awaited[word] { after += raised[name] ?? [] }
        }
        let id = order.add(edit.change, origin: edit.origin, after: after)
        for word in edit.brings {
            // Later entries wait for this one instead of waiting for all the servers again.
            if let name = awaited[word], (raised[name]?.count ?? 0) > 1 { raised[name] = [id] }
        }
        for word in edit.takes {
            if let name = lowered[word] { dereferenced[name, default: []].append(id) }
        }
    }
}

// MARK: - Apus's own entries

extension ProxyPlanner {
    private func refusal() -> String? {
        let capabilities = observed.capabilities
        if capabilities.program == .haproxy, capabilities.version < ProxyVersion(2, 6) {
            return "HAProxy \(capabilities.version) is too old; Apus drives 2.6 and later"
        }
        guard !options.takesOver, let owner = status("owner"), owner != fleet.owner else {
            return nil
        }
        return "claimed by '\(owner)'; apply with `--take-over` to claim it"
    }

    private func status(_ key: String) -> String? {
        fleet.statusMap.flatMap { observed.maps[$0] }?.entries.first { $0.key == key }?.value
    }

    private mutating func claim() {
        guard let owner = fleet.owner else { return }
        write("owner", owner, after: [])
    }

    /// The last step: with `monitor-uri` looking for it, no traffic comes before the state is back.
    private mutating func announceReady() {
        guard let map = fleet.statusMap else { return }
        guard observed.maps[map] != nil else {
            let message =
                "map \(map) for `ready` and the claim is not on the proxy; name it in the boot file"
            remarks.append(Remark(.needsRestart, message, origin: fleet.origin))
            return
        }
        guard status("ready") != "1" else { return }
        write("ready", "1", after: order.ends)
    }

    private mutating func write(_ key: String, _ value: String, after: [Int]) {
        guard let map = fleet.statusMap, observed.maps[map] != nil, status(key) != value else {
            return
        }
        let change: Change =
            if let old = status(key) {
                .setMapEntry(map, key: key, from: old, to: value)
            } else {
                .addMapEntry(map, MapEntry(key: key, value: value))
            }
        order.add(change, origin: fleet.origin, after: after)
    }

    /// What documents ask for and no step brings about yet is named, never silently left out.
    private mutating func remarkOnUnplanned() {
        let program = "\(observed.capabilities.program.rawValue) \(observed.capabilities.version)"
        for frontend in fleet.frontends {
            let message = "frontend \(frontend.name): \(program) creates no frontends at runtime"
            remarks.append(Remark(.needsRestart, message, origin: frontend.origin))
        }
    }

    private mutating func remarkOnStrangers() {
        let known = Set(fleet.backends.map(\.name)).union(leaving.map(\.desired.name))
        let strangers = observed.backends.keys.filter { !known.contains($0) }.sorted()
        guard !strangers.isEmpty else { return }
        let message = "backends left alone: \(Remark.list(strangers.map(\.text)))"
        remarks.append(Remark(.unmanaged, message))
    }
}
