import Model
import Proxy
import Simulation

/// What a converged fleet must look like, compared without planner: servers, maps, ids and rings.
struct ConvergedFleet {
    let desired: DesiredFleet
    let scenario: Scenario
    let rest: PassSequence.Rest

    /// Throws the first difference.
    func check(_ proxies: [SimulatedProxy]) throws(InvariantViolation) {
        guard rest.observed.count == proxies.count else {
            throw InvariantViolation("a proxy does not answer at the end")
        }
        for proxy in proxies {
            let views = proxy.withProcess { $0.views() } ?? [:]
            for backend in desired.backends where !(rest.isPostponed && backend.minCapacity > 0) {
                try checkServing(backend, on: proxy.name, views[backend.name.text] ?? [:])
            }
            try checkMap(on: proxy)
        }
        try checkIDs()
        try checkRings(proxies)
    }

    /// Exactly the ready servers are served, at their weight; a boot server nobody declared may be.
    private func checkServing(
        _ backend: DesiredBackend,
        on proxy: ProxyName,
        _ view: [SimulatedOrigins.Address: Int]
    ) throws(InvariantViolation) {
        var serving = view
        for server in backend.servers where server.state == .ready {
            guard let address = SimulatedOrigins.Address(server.endpoint) else { continue }
            let weight = serving.removeValue(forKey: address)
            if weight != server.attributes.weight.value {
                throw InvariantViolation(
                    "\(proxy): \(backend.name)/\(server.name) serves with weight \(weight ?? 0), not \(server.attributes.weight)"
                )
            }
        }
        // In a backend that never declared a server nothing counts as applied, so nothing foreign is removed.
        if backend.unmanaged == .keep || backend.servers.isEmpty {
            for boot in scenario.bootAddresses { serving[boot] = nil }
        }
        let extra = serving.keys.map(\.description).sorted()
        if !extra.isEmpty {
            throw InvariantViolation(
                "\(proxy): \(backend.name) serves \(extra.joined(separator: " ")), which nobody declared"
            )
        }
    }

    /// Every key leads to its backend, and no other key leads anywhere.
    private func checkMap(on proxy: SimulatedProxy) throws(InvariantViolation) {
        let wanted = Dictionary(
            uniqueKeysWithValues: desired.maps[0].entries.map { ($0.key, $0.value) }
        )
        for host in (1...8).map({ "host\($0).example" }) {
            let name = proxy.withProcess { $0.backend(forHost: host) } ?? nil
            let expected = wanted[host] ?? scenario.backends[0].name.text
            if name != expected {
                throw InvariantViolation(
                    "\(proxy.name): \(host) is routed to \(name ?? "nothing"), not \(expected)"
                )
            }
        }
    }

    /// Servers have the same id on every proxy, and no two of a backend share one.
    private func checkIDs() throws(InvariantViolation) {
        for backend in desired.backends {
            var ids: [ServerName: Int] = [:]
            for proxy in rest.observed {
                let servers = proxy.backends[backend.name]?.servers ?? [:]
                guard Set(servers.values.map(\.id)).count == servers.count else {
                    throw InvariantViolation(
                        "\(proxy.name): two servers of \(backend.name) share an id"
                    )
                }
                for server in backend.servers
                where backend.boot?.servers.contains(server.name) != true {
                    guard let id = servers[server.name]?.id else { continue }
                    if let known = ids.updateValue(id, forKey: server.name), known != id {
                        throw InvariantViolation(
                            "\(backend.name)/\(server.name) has id \(id) on \(proxy.name) and \(known) elsewhere"
                        )
                    }
                }
            }
        }
    }

    /// Proxies that serve the same servers under the same ids send each key to the same server.
    private func checkRings(_ proxies: [SimulatedProxy]) throws(InvariantViolation) {
        for backend in desired.backends {
            let bootServers = backend.boot?.servers ?? []
            // The id of a boot server depends on whether it was deleted meanwhile: such rings may differ.
            guard bootServers.isEmpty else { continue }
            var rings: [[SimulatedOrigins.Address: Int]: (proxy: ProxyName, ring: [String])] = [:]
            for proxy in proxies {
                let view = proxy.withProcess { $0.views()[backend.name.text] ?? [:] } ?? [:]
                let ring = proxy.withProcess { $0.ring(of: backend.name.text) } ?? []
                let known = rings[view] ?? (proxy.name, ring)
                rings[view] = known
                if known.ring == ring { continue }
                let place =
                    zip(ring, known.ring).first { $0 != $1 }.map { "\($0) and \($1)" }
                    ?? "their ends"
                throw InvariantViolation(
                    "the rings of \(backend.name) on \(proxy.name) and \(known.proxy) differ: \(place)"
                )
            }
        }
    }
}

extension SimulatedProcess {
    /// By backend name: which addresses are served at which weight, in the planner's units.
    fileprivate func views() -> [String: [SimulatedOrigins.Address: Int]] {
        let snapshot = plane.current
        var views: [String: [SimulatedOrigins.Address: Int]] = [:]
        for (number, name) in backendNames.enumerated() where number < snapshot.backends.count {
            let servers = snapshot.backends[number].servers
            var view: [SimulatedOrigins.Address: Int] = [:]
            for index in servers.indices {
                // Workers weigh in sixteenths (`BE_WEIGHT_SCALE`), with every `balance` of a scenario.
                let weight = Int(servers[index].weight) / 16
                view[SimulatedOrigins.Address(servers[index].address), default: 0] += weight
            }
            views[name] = view
        }
        return views
    }

    /// Where a request for the host goes.
    fileprivate func backend(forHost host: String) -> String? {
        let number = Int(SimulatedRequest(host: host, path: "/").backend(in: plane.current))
        return backendNames.indices.contains(number) ? backendNames[number] : nil
    }

    /// Keys of a backend's ring with the address each leads to.
    fileprivate func ring(of name: String) -> [String] {
        guard let number = backendNames.firstIndex(of: name), number < plane.current.backends.count
        else { return [] }
        let backend = plane.current.backends[number]
        return backend.ring.points.compactMap { point -> String? in
            let place = Int(backend.ringPlaces[Int(point.server)])
            guard place >= 0 else { return nil }
            return "\(point.key) \(SimulatedOrigins.Address(backend.servers[place].address))"
        }
    }
}
