package import Model

/// A change that is to be judged, and all that is known of it.
package struct PolicySubject: Sendable {
    package let fleet: DesiredFleet
    package let plan: Plan
    /// What the revisions that are applied declare; nil when nothing was applied yet.
    package let previous: DesiredFleet?
    package let now: CELTime
    /// What a proxy runs; asked of the first proxy of each group.
    package let observed: @Sendable (ProxyName) -> ObservedProxy?

    package init(
        fleet: DesiredFleet,
        plan: Plan,
        previous: DesiredFleet?,
        now: CELTime,
        observed: @escaping @Sendable (ProxyName) -> ObservedProxy?
    ) {
        self.fleet = fleet
        self.plan = plan
        self.previous = previous
        self.now = now
        self.observed = observed
    }

    /// What policies see: once for each group of proxies that are changed alike.
    package var facts: [PlanFacts] {
        let groups = plan.groups
        let dropped = fleet.dropped(since: previous)
        guard !groups.isEmpty || !dropped.isEmpty else { return [] }
        var common = PlanFacts()
        common.fleet = FleetFacts(fleet, changing: Set(groups.flatMap(\.proxies)))
        common.plan = PlanCounts(plan)
        common.commit = CommitFacts(plan.revision)
        common.previous = PreviousFacts(previous)
        common.dropped = dropped
        common.now = FactInstant(now)
        // Dropping a kind may touch nothing yet and be a mistake all the same.
        guard !groups.isEmpty else { return [common] }
        return groups.map { group in
            var facts = common
            facts.proxies = group.proxies.map(\.text)
            let before = group.proxies.first.flatMap(observed)
            facts.backends = backends(of: group, before)
            facts.maps = maps(of: group, before)
            facts.lists = lists(of: group, before)
            facts.certificates = certificates(of: group)
            facts.limits = group.steps.compactMap { LimitFacts($0.change) }
            return facts
        }
    }

    private func backends(of group: PlanGroup, _ before: ObservedProxy?) -> [BackendFacts] {
        var steps: [BackendName: [Change]] = [:]
        for step in group.steps {
            guard let backend = step.change.server?.backend ?? step.change.backend else {
                continue
            }
            steps[backend, default: []].append(step.change)
        }
        let declared = Dictionary(fleet.backends.map { ($0.name, $0) }) { first, _ in first }
        let earlier = Dictionary((previous?.backends ?? []).map { ($0.name, $0) }) { first, _ in
            first
        }
        return steps.keys.sorted().map { name in
            var draft = BackendDraft(
                observed: before?.backends[name],
                declared: declared[name],
                previous: earlier[name]
            )
            for change in steps[name] ?? [] { draft.apply(change) }
            return draft.facts(name)
        }
    }

    private func maps(of group: PlanGroup, _ before: ObservedProxy?) -> [MapFacts] {
        var maps: [PatternFileName: MapFacts] = [:]
        for step in group.steps {
            guard let name = step.change.map else { continue }
            var facts = maps[name] ?? MapFacts(name, before?.maps[name])
            facts.apply(step.change)
            maps[name] = facts
        }
        return maps.keys.sorted().compactMap { maps[$0] }
    }
}

extension PolicySubject {
    /// Those that are put into memory or named by a line, as they will be.
    private func certificates(of group: PlanGroup) -> [CertificateFacts] {
        let touched = Set(
            group.steps.compactMap { step in
                switch step.change {
                case .storeCertificate, .addCertificateLine: step.change.certificate
                default: nil
                }
            }
        )
        guard !touched.isEmpty else { return [] }
        return fleet.certificates.filter { touched.contains($0.name) }.map(CertificateFacts.init)
    }

    private func lists(of group: PlanGroup, _ before: ObservedProxy?) -> [ListFacts] {
        var added: [PatternFileName: [String]] = [:]
        var gone: [PatternFileName: Set<String>] = [:]
        for step in group.steps {
            switch step.change {
            case .addPattern(let name, let text): added[name, default: []].append(text)
            case .deletePattern(let name, let text): gone[name, default: []].insert(text)
            default: break
            }
        }
        return Set(added.keys).union(gone.keys).sorted().map { name in
            var facts = ListFacts()
            facts.name = name.text
            facts.before = before?.acls[name] ?? []
            let leaving = gone[name] ?? []
            facts.after = facts.before.filter { !leaving.contains($0) } + (added[name] ?? [])
            return facts
        }
    }
}

/// A backend while the steps of a plan are followed.
private struct BackendDraft {
    private let declared: DesiredBackend?
    private let previous: DesiredBackend?
    private let wanted: [ServerName: DesiredServer]
    private var before: [ServerName: ServerFacts] = [:]
    private var servers: [ServerName: ServerFacts] = [:]
    private var leaving: Set<ServerName> = []
    private var capacity = 0
    private var lowest = 0

    init(observed: ObservedBackend?, declared: DesiredBackend?, previous: DesiredBackend?) {
        self.declared = declared
        self.previous = previous
        wanted = Dictionary((declared?.servers ?? []).map { ($0.name, $0) }) { first, _ in first }
        let earlier = Dictionary((previous?.servers ?? []).map { ($0.name, $0) }) { first, _ in
            first
        }
        for (name, server) in (observed?.servers ?? [:]).sorted(by: { $0.key < $1.key }) {
            let attributes = earlier[name]?.attributes ?? wanted[name]?.attributes
            before[name] = ServerFacts(server, attributes)
        }
        servers = before
        capacity = servers.values.reduce(0) { $0 + $1.capacity }
        lowest = capacity
    }

    mutating func apply(_ change: Change) {
        guard let name = change.server?.server else { return }
        let old = servers[name]?.capacity ?? 0
        switch change {
        case .addServer(_, _, let endpoint, let attributes):
            servers[name] = ServerFacts(name, endpoint, attributes)
            leaving.remove(name)
        case .setAdmin(_, _, let state): servers[name]?.state = state.rawValue
        case .setWeight(_, _, let weight): servers[name]?.weight = weight.value
        case .setAddress(_, _, let endpoint): servers[name]?.place(at: endpoint)
        case .setMaxconn(_, _, let limit): servers[name]?.attributes["maxconn"] = String(limit)
        case .awaitUp: servers[name]?.up = true
        case .awaitRemovable: leaving.insert(name)
        case .deleteServer: servers[name] = nil
        default: break
        }
        capacity += (servers[name]?.capacity ?? 0) - old
        lowest = min(lowest, capacity)
    }

    func facts(_ name: BackendName) -> BackendFacts {
        var facts = BackendFacts()
        facts.name = name.text
        facts.declared = declared != nil
        facts.labels = declared?.labels ?? [:]
        facts.previousLabels = previous?.labels ?? [:]
        facts.minCapacity = declared?.minCapacity ?? 0
        facts.before = before.keys.sorted().compactMap { before[$0] }
        facts.after = servers.keys.sorted().filter { !leaving.contains($0) }.compactMap {
            servers[$0]
        }
        facts.lowest = lowest
        return facts
    }
}

extension ServerFacts {
    fileprivate init(_ server: ObservedServer, _ declared: ServerAttributes?) {
        self.init()
        name = server.name.text
        if let endpoint = server.endpoint { place(at: endpoint) }
        weight = server.weight.value
        state = server.admin.rawValue
        up = server.operational != .stopped
        attributes = declared?.texts ?? [:]
        attributes["check"] = server.isChecked ? "" : nil
        attributes["backup"] = server.isBackup ? "" : nil
    }

    /// A server as `add server` leaves it: out of service, and unknown until a check passed.
    fileprivate init(_ name: ServerName, _ endpoint: Endpoint, _ attributes: ServerAttributes) {
        self.init()
        self.name = name.text
        place(at: endpoint)
        weight = attributes.weight.value
        state = AdminState.maint.rawValue
        up = !attributes.isChecked
        self.attributes = attributes.texts
    }

    fileprivate mutating func place(at endpoint: Endpoint) {
        address = endpoint.host
        port = endpoint.port.map { Int($0) } ?? 0
    }
}

extension ServerAttributes {
    fileprivate var texts: [String: String] {
        Dictionary(sorted.map { ($0.attribute.keyword, $0.value.description) }) { first, _ in first
        }
    }
}

extension MapFacts {
    fileprivate init(_ name: PatternFileName, _ observed: ObservedMap?) {
        self.init()
        self.name = name.text
        let entries = observed?.entries ?? []
        before = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
        after = before
    }

    fileprivate mutating func apply(_ change: Change) {
        switch change {
        case .addMapEntry(_, let entry): after[entry.key] = entry.value
        case .setMapEntry(_, let key, _, let value): after[key] = value
        case .deleteMapEntry(_, let entry): after[entry.key] = nil
        case .replaceMap(_, let entries, _, _, _):
            after = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
        default: break
        }
    }
}

extension LimitFacts {
    fileprivate init?(_ change: Change) {
        guard case .setLimit(let target, let from, let to) = change else { return nil }
        self.init()
        name = target.description
        before = from
        after = to
    }
}

extension FleetFacts {
    fileprivate init(_ fleet: DesiredFleet, changing changed: Set<ProxyName>) {
        self.init()
        name = fleet.name.text
        labels = fleet.labels
        owner = fleet.owner ?? ""
        proxies = fleet.proxies.count
        zones = Set(fleet.proxies.map(\.zone)).subtracting([""]).sorted()
        soak = FactSpan(CELTime(nanoseconds: Int128(fleet.rollout.soak.count) * 1_000_000))
        maxParallel = fleet.rollout.maxParallel
        let targets = fleet.proxies.filter { changed.contains($0.name) }
        var total = 0
        for (index, size) in Rollout(over: targets, settings: fleet.rollout).waveSizes.enumerated()
        {
            var wave = WaveFacts()
            total += size
            wave.number = index + 1
            wave.proxies = size
            wave.total = total
            wave.share = fleet.proxies.isEmpty ? 0 : Double(size) / Double(fleet.proxies.count)
            waves.append(wave)
        }
    }
}

extension PlanCounts {
    fileprivate init(_ plan: Plan) {
        self.init()
        let summary = PlanSummary(of: [plan])
        operations = summary.operations
        proxies = summary.proxies
        add = summary.add
        change = summary.change
        replace = summary.replace
        remove = summary.remove
    }
}

extension CommitFacts {
    fileprivate init(_ revision: Revision) {
        self.init()
        id = revision.commit
        tree = revision.tree
        summary = revision.summary
        author = revision.author
    }
}

extension CertificateFacts {
    fileprivate init(_ certificate: DesiredCertificate) {
        self.init()
        name = certificate.name.text
        wanted = certificate.dnsNames
        if case .issuer(let authority) = certificate.source { issuer = authority.name }
        guard let issued = certificate.issued else { return }
        names = issued.names
        keyType = issued.keyType
        keyBits = issued.keyBits
        notBefore = FactInstant(CELTime(seconds: Int64(issued.notBefore)))
        notAfter = FactInstant(CELTime(seconds: Int64(issued.notAfter)))
    }
}

extension PreviousFacts {
    fileprivate init(_ fleet: DesiredFleet?) {
        self.init()
        guard let fleet else { return }
        exists = true
        backends = fleet.backends.map { backend in
            var declared = DeclaredFacts()
            declared.name = backend.name.text
            declared.labels = backend.labels
            declared.members = backend.servers.map(\.name.text)
            return declared
        }
        lists = fleet.acls.map { list in
            var declared = DeclaredFacts()
            declared.name = list.name.text
            declared.members = list.patterns.map(\.text)
            return declared
        }
        maps = fleet.maps.map { map in
            var declared = DeclaredFacts()
            declared.name = map.name.text
            declared.members = map.entries.map(\.key)
            return declared
        }
    }
}

extension DesiredFleet {
    /// Kinds that `previous` declared something of and this fleet nothing.
    fileprivate func dropped(since previous: DesiredFleet?) -> [String] {
        guard let previous else { return [] }
        var kinds: [String] = []
        if !previous.backends.isEmpty, backends.isEmpty { kinds.append("Backend") }
        let hadPatterns = previous.acls.contains { !$0.patterns.isEmpty }
        if hadPatterns, acls.allSatisfy(\.patterns.isEmpty) { kinds.append("Acl") }
        if !previous.certificates.isEmpty, certificates.isEmpty { kinds.append("Certificate") }
        let hadEntries = previous.maps.contains { !$0.entries.isEmpty }
        if hadEntries, maps.allSatisfy(\.entries.isEmpty) { kinds.append("Map") }
        return kinds
    }
}
