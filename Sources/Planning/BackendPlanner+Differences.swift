import Model

extension BackendPlanner {
    mutating func add(_ server: DesiredServer) {
        guard manages(.membership) else {
            kept.append("\(server.name) (missing)")
            return
        }
        guard let changes = addition(of: server, at: path(server.name), keeping: nil) else {
            return
        }
        let gain = gain(of: server)
        raising.append(ServerChain(server, path(server.name), changes, loss: 0, gain: gain))
    }

    /// Weight that a server brings once its chain is done.
    func gain(of server: DesiredServer) -> Int {
        let counts = server.state == .ready && server.attributes[.backup] == nil
        return counts ? server.attributes.weight.value : 0
    }

    /// The changes that add a server; nil, with a remark, when this proxy would refuse them.
    mutating func addition(
        of server: DesiredServer,
        at path: ServerPath,
        keeping ring: Int?
    ) -> [Change]? {
        if let reason = obstacle(to: server) {
            remarks.append(
                Remark(.needsRestart, "server \(path): \(reason)", origin: server.origin)
            )
            return nil
        }
        let explicit = server.attributes.integer(.id)
        if ring == nil, let explicit, ids.isObserved(explicit) {
            let message = "server \(path): id \(explicit) belongs to another server of the backend"
            remarks.append(Remark(.postponed, message, origin: server.origin))
            return nil
        }
        guard let id = explicit ?? ring ?? ids.allocate(for: path) else {
            remarks.append(
                Remark(
                    .warning,
                    "server \(path): no id is left in the backend",
                    origin: server.origin
                )
            )
            return nil
        }
        if server.attributes[.agentCheck] != nil, !capabilities.hasAgentCommands {
            let message =
                "server \(path): its agent check starts with the proxy's next restart only"
            remarks.append(Remark(.warning, message, origin: server.origin))
        }
        return sequences.add(path, server, id: mark.id(id, for: server))
    }

    /// Why `add server` would be refused.
    func obstacle(to server: DesiredServer) -> String? {
        if isStaticallyBalanced, let boot = desired.boot {
            return "`balance \(boot.balance)` takes no servers at runtime; "
                + "use `hash-type consistent` or another balance in the boot file"
        }
        let late = server.attributes.sorted.first { $0.attribute.since > capabilities.version }
        if let first = late?.attribute {
            return "`\(first.keyword)` needs \(first.since.major).\(first.since.minor) or later, "
                + "this proxy is \(capabilities.version)"
        }
        let names = desired.name.text.utf8.count + 1 + server.name.text.utf8.count
        let size = server.attributes.commandSize + 2 * names
        guard size + 256 <= capabilities.commandLimit else {
            return
                "its `add server` command exceeds the \(capabilities.commandLimit) bytes of this proxy"
        }
        return nil
    }

    mutating func compare(_ server: DesiredServer, _ live: ObservedServer) {
        let path = path(server.name)
        if manages(.attributes) {
            switch mark.differs(server, from: live) {
            case true?:
                replace(server, live)
                return
            case nil where adopts && canAdopt(live):
                replace(server, live)
                return
            case nil: noteUnknown(server, live)
            case false?: break
            }
        }
        let moves = manages(.address) && live.endpoint != server.endpoint
        if moves, !(live.endpoint?.isInet ?? true) || !server.endpoint.isInet {
            replace(server, live)
            return
        }
        let quietChanges = quietChanges(path, server, live)
        let weight = weightChange(path, server, live)
        let target = manages(.state) && !live.isAgentChecked ? server.state : live.admin
        if moves {
            move(server, live, quietChanges: quietChanges, weight: weight, target: target)
        } else if target == live.admin {
            adjust(server, live, quietChanges: quietChanges, weight: weight)
        } else {
            turn(server, live, quietChanges: quietChanges, weight: weight, target: target)
        }
    }

    /// A server of the boot file keeps its id, and comes back without a mark at every restart.
    private func canAdopt(_ live: ObservedServer) -> Bool {
        guard let boot = desired.boot else { return true }
        return !boot.servers.contains(live.name) && !boot.referenced.contains(live.name)
    }

    /// Changes in place that move no traffic.
    func quietChanges(
        _ path: ServerPath,
        _ server: DesiredServer,
        _ live: ObservedServer
    ) -> [Change] {
        guard manages(.attributes) else { return [] }
        var changes: [Change] = []
        let wantsChecks = live.isChecked && server.attributes.isChecked
        if wantsChecks, !live.isCheckEnabled { changes.append(.enableHealth(path)) }
        let maxconn = server.attributes.integer(.maxconn) ?? 0
        if let current = live.maxconn, current != maxconn {
            changes.append(.setMaxconn(path, from: current, to: maxconn))
        }
        if wantsChecks, let change = checkAddressChange(path, server, live) {
            changes.append(change)
        }
        if let change = agentAddressChange(path, server, live) { changes.append(change) }
        return changes
    }

    /// The agent answers where the document says, else at the server's own address.
    private func agentAddressChange(
        _ path: ServerPath,
        _ server: DesiredServer,
        _ live: ObservedServer
    ) -> Change? {
        guard live.isAgentChecked, server.attributes[.agentCheck] != nil else { return nil }
        let address = server.attributes.word(.agentAddr)
        let port = server.attributes.integer(.agentPort)
        let own = manages(.address) ? server.endpoint.host : live.endpoint?.host
        let isAddressRight = (address ?? own) == (live.agentAddress ?? live.endpoint?.host)
        let isPortRight = port == nil || port == live.agentPort
        guard !isAddressRight || !isPortRight else { return nil }
        return .setAgentAddress(
            path,
            address: isAddressRight ? nil : address ?? own,
            port: isPortRight ? nil : port
        )
    }

    /// Checks go where the document says, else where the traffic goes; what follows by itself stays.
    func checkAddressChange(
        _ path: ServerPath,
        _ server: DesiredServer,
        _ live: ObservedServer
    ) -> Change? {
        let endpoint = manages(.address) ? server.endpoint : live.endpoint
        let ownPort = endpoint?.port.map { Int($0) }
        let address = server.attributes.word(.addr) ?? endpoint?.host
        let port = server.attributes.integer(.port) ?? ownPort
        let livePort = live.checkPort.flatMap { $0 == 0 ? nil : $0 } ?? ownPort
        let isAddressRight = address == live.checkAddress ?? endpoint?.host
        guard !isAddressRight || port != livePort else { return nil }
        return .setCheckAddress(
            path,
            address: isAddressRight ? nil : address,
            port: port == livePort ? nil : port
        )
    }

    func weightChange(
        _ path: ServerPath,
        _ server: DesiredServer,
        _ live: ObservedServer
    ) -> [Change] {
        let wanted = server.attributes.weight
        guard manages(.weight), !live.isAgentChecked, live.weight != wanted else { return [] }
        return [.setWeight(path, from: live.weight, to: wanted)]
    }
}

extension Endpoint {
    /// Reachable by `set server … addr`, which knows IP addresses only.
    fileprivate var isInet: Bool {
        switch self {
        case .ipv4, .ipv6: true
        case .unix, .abstract: false
        }
    }
}

extension ServerAttributes {
    /// Bytes of `command`, without writing it.
    fileprivate var commandSize: Int {
        sorted.reduce(0) { size, pair in
            let value = pair.value == .flag ? 0 : pair.value.description.utf8.count + 1
            return size + pair.attribute.keyword.utf8.count + value + 1
        }
    }
}

extension BootBackend {
    /// An algorithm whose tables are computed at boot (`static-rr`, `hash-type map-based`).
    var isStaticallyBalanced: Bool {
        let word = balance.prefix { $0 != " " && $0 != "(" }
        let hashes: Set<Substring> = ["source", "uri", "url_param", "hdr", "rdp-cookie", "hash"]
        return word == "static-rr" || hashes.contains(word) && !usesConsistentHash
    }
}
