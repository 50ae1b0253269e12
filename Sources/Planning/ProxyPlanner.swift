import Model

/// Plans one proxy: phases of all backends and the maps between them, in one safe order.
///
/// Servers come up before map entries that route to them; entries go before the servers they routed to.
struct ProxyPlanner {
    let fleet: DesiredFleet
    let observed: ObservedProxy
    let options: Planner.Options

    private var order = StepOrder()
    private var remarks: [Remark] = []
    private var backends: [BackendPlanner] = []
    /// Last steps of what brings a backend's servers into service, for map entries that name it.
    private var raised: [BackendName: [Int]] = [:]
    /// What taking servers of a backend out must come after.
    private var beforeLowering: [BackendName: [Int]] = [:]
    /// The map steps that take references to a backend away.
    private var dereferenced: [BackendName: [Int]] = [:]
    /// Backends without a server in service: map values that name them wait for their first ones.
    private var awaited: [String: BackendName] = [:]
    /// Backends that lose servers: map values that name them go first.
    private var lowered: [String: BackendName] = [:]

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
        claim()
        for backend in backends { emitRaising(backend) }
        for backend in backends { emitDips(backend) }
        planMaps()
        planLists()
        planLimits()
        for backend in backends { emitLowering(backend) }
        announceReady()
        remarkOnStrangers()
        remarkOnUnplanned()
        return finished()
    }

    private func finished() -> ProxyPlan {
        ProxyPlan(
            proxy: observed.name,
            incarnation: observed.incarnation,
            base: BaseDigest.of(order.steps, in: observed),
            steps: order.steps,
            remarks: remarks
        )
    }

    /// Steps, the steps they name and the ids tried: grows like the input, which tests watch.
    var work: Int {
        order.work + backends.reduce(0) { $0 + $1.ids.probes + $1.desired.servers.count }
    }

    private mutating func planBackends() {
        let declared = options.previous?.backends ?? []
        let previous = Dictionary(declared.map { ($0.name, Set($0.servers.map(\.name))) }) { $1 }
        for desired in fleet.backends {
            guard let live = observed.backends[desired.name] else {
                let message =
                    desired.defaults == nil
                    ? "backend \(desired.name) is not on the proxy; add it to the boot file"
                    : "backend \(desired.name) is not on the proxy; this version does not create it"
                remarks.append(Remark(.needsRestart, message, origin: desired.origin))
                continue
            }
            var planner = BackendPlanner(
                desired,
                live,
                capabilities: observed.capabilities,
                removal: fleet.removal,
                previous: previous[desired.name] ?? [],
                siblings: options.siblings.compactMap { $0.backends[desired.name] }
            )
            planner.adopts = options.adopts
            planner.plan()
            remarks += planner.remarks
            backends.append(planner)
            if !planner.isServing { awaited[desired.name.text] = desired.name }
            if !planner.lowering.isEmpty { lowered[desired.name.text] = desired.name }
        }
    }
}

// MARK: - Phases of backends

extension ProxyPlanner {
    private mutating func emitRaising(_ backend: BackendPlanner) {
        let name = backend.desired.name
        let ends = backend.raising.map { order.add($0).upperBound }
        beforeLowering[name] = ends
        // Nobody waits for these but the map entries that would lead to an empty backend.
        raised[name] = ends + backend.returning.map { order.add($0).upperBound }
        for chain in backend.quiet { order.add(chain) }
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

// MARK: - Lists and limits

extension ProxyPlanner {
    /// Additions before removals, so that what is in both is never out.
    private mutating func planLists() {
        for desired in fleet.acls {
            guard let live = observed.acls[desired.name] else {
                let message = "list \(desired.name) is not on the proxy; name it in the boot file"
                remarks.append(Remark(.needsRestart, message, origin: desired.origin))
                continue
            }
            let present = Set(live)
            // Every byte may need an escape, and the command's own words take some room.
            let room = (observed.capabilities.commandLimit - desired.name.text.utf8.count - 64) / 2
            for pattern in desired.patterns where !present.contains(pattern.text) {
                guard pattern.text.utf8.count <= room else {
                    let message = "a pattern of list \(desired.name) is too long for a command"
                    remarks.append(Remark(.warning, message, origin: pattern.origin))
                    continue
                }
                order.add(.addPattern(desired.name, pattern.text), origin: pattern.origin)
            }
            let declared = Set(desired.patterns.map(\.text))
            retirePatterns(present.subtracting(declared).sorted(), of: desired)
        }
    }

    private mutating func retirePatterns(_ foreign: [String], of desired: DesiredAcl) {
        let before = options.previous?.acls.first { $0.name == desired.name }
        let previous = Set(before?.patterns.map(\.text) ?? [])
        var kept: [String] = []
        for text in foreign {
            if desired.unmanaged == .remove || previous.contains(text) {
                order.add(.deletePattern(desired.name, text), origin: desired.origin)
            } else {
                kept.append(text)
            }
        }
        guard !kept.isEmpty else { return }
        let message = "list \(desired.name): not declared and kept: \(Remark.list(kept))"
        remarks.append(Remark(.unmanaged, message, origin: desired.origin))
    }

    private mutating func planLimits() {
        for limit in fleet.limits {
            guard let live = observed.limits[limit.target] else {
                let message = "the proxy has no \(limit.target)"
                remarks.append(Remark(.needsRestart, message, origin: limit.origin))
                continue
            }
            guard live != limit.value else { continue }
            let change = Change.setLimit(limit.target, from: live, to: limit.value)
            order.add(change, origin: limit.origin)
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
        let declared = Set(fleet.backends.map(\.name))
        let strangers = observed.backends.keys.filter { !declared.contains($0) }.sorted()
        guard !strangers.isEmpty else { return }
        let message = "backends left alone: \(Remark.list(strangers.map(\.text)))"
        remarks.append(Remark(.unmanaged, message))
    }
}
