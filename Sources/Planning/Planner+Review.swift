package import Model

extension Planner {
    /// What a merge would change: every proxy is taken to run exactly what `before` declares.
    ///
    /// Nobody is contacted, so a fleet that is new has nothing yet. All proxies of a fleet are alike here:
    /// they are planned once.
    package static func plan(
        _ fleet: DesiredFleet,
        from before: DesiredFleet?,
        revision: Revision
    ) -> Plan {
        guard let first = fleet.proxies.first else {
            return Plan(revision: revision, fleet: fleet.name, proxies: [])
        }
        var options = Options()
        // What is equal in both needs nothing; most of a large fleet is.
        let (before, after) = differing(before, fleet)
        options.previous = before
        let plan = planProxy(
            after,
            observed: ObservedProxy(running: before, on: first.name, for: after),
            options: options
        )
        let proxies = fleet.proxies.sorted { $0.name < $1.name }.map { target in
            ProxyPlan(
                proxy: target.name,
                incarnation: plan.incarnation,
                base: plan.base,
                steps: plan.steps,
                remarks: plan.remarks
            )
        }
        return Plan(revision: revision, fleet: fleet.name, proxies: proxies)
    }

    /// Both fleets without the backends and maps that are equal in both.
    private static func differing(
        _ before: DesiredFleet?,
        _ after: DesiredFleet
    ) -> (before: DesiredFleet?, after: DesiredFleet) {
        guard var before else { return (nil, after) }
        let names = Set(after.backends.map(\.name))
        var after = after
        let oldBackends = Dictionary(before.backends.map { ($0.name, $0) }) { first, _ in first }
        let backends = Set(after.backends.filter { oldBackends[$0.name] == $0 }.map(\.name))
        before.backends.removeAll { backends.contains($0.name) }
        after.backends.removeAll { backends.contains($0.name) }
        // A map that did not change may still name a backend that goes.
        guard !before.backends.contains(where: { $0.defaults != nil && !names.contains($0.name) })
        else { return (before, after) }
        let oldMaps = Dictionary(before.maps.map { ($0.name, $0) }) { first, _ in first }
        let maps = Set(after.maps.filter { oldMaps[$0.name] == $0 }.map(\.name))
        before.maps.removeAll { maps.contains($0.name) }
        after.maps.removeAll { maps.contains($0.name) }
        return (before, after)
    }
}

extension ObservedProxy {
    /// What a proxy would show that runs exactly what a fleet declares; nil declares nothing.
    package init(
        running fleet: DesiredFleet?,
        on name: ProxyName,
        for after: DesiredFleet
    ) {
        // The level every proxy of ours has; versions differ in means, not in what a merge changes.
        var capabilities = ProxyCapabilities(program: .apusProxy, version: ProxyVersion(3, 2))
        capabilities.commands = Set(OptionalCommand.allCases)
        self.init(
            name: name,
            incarnation: Incarnation(pid: 0, startTime: 0),
            capabilities: capabilities
        )
        for (index, backend) in (fleet?.backends ?? []).enumerated() {
            backends[backend.name] = ObservedBackend(declared: backend, id: index + 2)
        }
        for map in fleet?.maps ?? [] {
            let entries = map.entries.map { MapEntry(key: $0.key, value: $0.value) }
            maps[map.name] = ObservedMap(name: map.name, entries: entries)
        }
        // What is new is in the boot file, or it would not have been accepted; what it held is not known.
        for acl in after.acls { acls[acl.name] = [] }
        for acl in fleet?.acls ?? [] { acls[acl.name] = acl.patterns.map(\.text) }
        certificates = ObservedCertificates(declared: fleet, for: after)
        for limit in after.limits { limits[limit.target] = 0 }
        for limit in fleet?.limits ?? [] { limits[limit.target] = limit.value }
        guard let fleet, let status = fleet.statusMap else { return }
        // Whoever runs that revision has its claim and its `ready`: a merge does not bring them.
        var entries = maps[status]?.entries ?? []
        if let owner = fleet.owner { entries.append(MapEntry(key: "owner", value: owner)) }
        entries.append(MapEntry(key: "ready", value: "1"))
        maps[status] = ObservedMap(name: status, entries: entries)
    }
}

extension ObservedCertificates {
    /// The lists that either fleet names are there, with a first line of their own that is the default.
    fileprivate init(declared fleet: DesiredFleet?, for after: DesiredFleet) {
        self.init()
        for certificate in after.certificates + (fleet?.certificates ?? []) {
            for line in certificate.lines { lists[line.list] = [] }
        }
        if let first = try? CertificateFileName("default") {
            let line = ObservedCertificateLine(number: 1, line: CertificateLine(first))
            lists = lists.mapValues { _ in [line] }
        }
        for certificate in fleet?.certificates ?? [] {
            let sha1 = certificate.issued?.fingerprint.sha1 ?? "unknown"
            certificates[certificate.name] = ObservedCertificate(.used, sha1: sha1)
            for line in certificate.lines {
                let number = (lists[line.list]?.count ?? 0) + 1
                let row = ObservedCertificateLine(number: number, line: line.line)
                lists[line.list, default: []].append(row)
            }
        }
    }
}

extension ObservedBackend {
    fileprivate init(declared: DesiredBackend, id: Int) {
        self.init(name: declared.name, id: id)
        guid = declared.defaults.map { BackendIdentity.guid(of: declared.name, from: $0) }
        var taken: Set<Int> = []
        for server in declared.servers {
            let path = ServerPath(declared.name, server.name)
            var id = server.attributes.integer(.id) ?? ServerIdentity.preferredID(of: path)
            while !taken.insert(id).inserted { id = ServerIdentity.nextID(after: id) }
            var observed = ObservedServer(name: server.name, id: id, endpoint: server.endpoint)
            observed.admin = server.state
            observed.weight = server.attributes.weight
            observed.isChecked = server.attributes.isChecked
            observed.isCheckEnabled = server.attributes.isChecked
            observed.isAgentChecked = server.attributes[.agentCheck] != nil
            observed.isBackup = server.attributes[.backup] != nil
            observed.maxconn = server.attributes.integer(.maxconn) ?? 0
            observed.checkAddress = server.attributes.word(.addr)
            observed.checkPort = server.attributes.integer(.port)
            observed.agentAddress = server.attributes.word(.agentAddr)
            observed.agentPort = server.attributes.integer(.agentPort)
            observed.guid = ServerIdentity.guid(of: path, attributes: server.attributes)
            servers[server.name] = observed
        }
    }
}
