import Model

/// Spells out the safe sequences of changes for one server on one version of the proxy.
///
/// A drained server is checked and gets no new traffic on every version since 2.4, so the way into
/// service leads over drain; where `init-state` exists (3.1) a new server may start as down instead.
struct ServerSequences {
    let capabilities: ProxyCapabilities
    let removal: RemovalSettings

    /// From nothing to the desired state.
    func add(_ path: ServerPath, _ server: DesiredServer, id: Int) -> [Change] {
        let attributes = declared(server, at: path)
        var changes: [Change] = [
            .addServer(path, id: id, endpoint: server.endpoint, attributes: attributes)
        ]
        if server.attributes.isChecked { changes.append(.enableHealth(path)) }
        switch server.state {
        case .maint: break
        case .drain: changes.append(.setAdmin(path, from: .maint, to: .drain))
        case .ready:
            changes += admit(
                path,
                from: .maint,
                awaits: server.attributes.isChecked ? upDeadline(server.attributes) : nil,
                startsDown: attributes[.initState] != nil
            )
        }
        // Last, for an agent may take the server out again.
        if server.attributes[.agentCheck] != nil, capabilities.hasAgentCommands {
            changes.append(.enableAgent(path))
        }
        return changes
    }

    /// Into service; with `awaits` only after a check has passed.
    ///
    /// `startsDown`: the server is down until checked whenever it leaves maintenance (`init-state`).
    func admit(
        _ path: ServerPath,
        from admin: AdminState,
        awaits limit: Milliseconds?,
        startsDown: Bool = false
    ) -> [Change] {
        guard let limit else { return [.setAdmin(path, from: admin, to: .ready)] }
        if admin == .maint, startsDown {
            return [.setAdmin(path, from: .maint, to: .ready), .awaitUp(path, within: limit)]
        }
        var changes: [Change] = []
        if admin != .drain { changes.append(.setAdmin(path, from: admin, to: .drain)) }
        changes.append(.awaitUp(path, within: limit))
        changes.append(.setAdmin(path, from: .drain, to: .ready))
        return changes
    }

    /// Out of service and gone, as far as it has not gone already.
    func remove(_ path: ServerPath, _ observed: ObservedServer) -> [Change] {
        var changes: [Change] = []
        var admin = observed.admin
        // Weight 0 takes no new clients, but those it has come back by cookie: it is drained, too.
        if observed.admin == .ready, observed.operational != .stopped {
            changes.append(.setAdmin(path, from: .ready, to: .drain))
            admin = .drain
        }
        if admin == .drain, removal.grace.count > 0 { changes.append(.grace(path, removal.grace)) }
        if admin != .maint { changes.append(.setAdmin(path, from: admin, to: .maint)) }
        changes.append(.awaitRemovable(path, within: removal.drainTimeout))
        changes.append(.deleteServer(path))
        return changes
    }

    /// To another address in place: the old health says nothing about the new address, so a checked
    /// server waits in drain for a check that started afterwards.
    func move(
        _ path: ServerPath,
        _ observed: ObservedServer,
        to endpoint: Endpoint,
        ending target: AdminState,
        awaits limit: Milliseconds?,
        startsDown: Bool = false
    ) -> [Change] {
        let setAddress = Change.setAddress(path, from: observed.endpoint, to: endpoint)
        let isDown = observed.isChecked && observed.operational == .stopped
        if observed.admin == .ready, target == .ready, isDown { return [setAddress] }
        var changes: [Change] = []
        var admin = observed.admin
        if admin == .ready {
            admin = target == .maint ? .maint : .drain
            changes.append(.setAdmin(path, from: .ready, to: admin))
        }
        changes.append(setAddress)
        if target == .ready {
            let awaits = observed.isChecked ? limit : nil
            changes += admit(path, from: admin, awaits: awaits, startsDown: startsDown)
        } else if target != admin {
            changes.append(.setAdmin(path, from: admin, to: target))
        }
        return changes
    }

    /// How long a server may take to come up: enough checks to fall once and rise again, and some air.
    func upDeadline(_ attributes: ServerAttributes) -> Milliseconds {
        let inter = attributes.duration(.inter)?.count ?? 2_000
        let checks = (attributes.integer(.rise) ?? 2) + (attributes.integer(.fall) ?? 3) + 2
        let (product, overflows) = inter.multipliedReportingOverflow(by: checks)
        return Milliseconds(overflows ? 600_000 : min(product + 5_000, 600_000))
    }

    /// The attributes as `add server` gets them: the document's, our mark, and the start as down.
    private func declared(_ server: DesiredServer, at path: ServerPath) -> ServerAttributes {
        var attributes = server.attributes
        attributes[.id] = nil
        if capabilities.hasGUID, attributes[.guid] == nil {
            let guid = ServerIdentity.guid(of: path, attributes: server.attributes)
            attributes[.guid] = .word(guid)
        }
        let isAdmitted = attributes.isChecked && server.state == .ready
        if isAdmitted, capabilities.hasInitState, attributes[.initState] == nil {
            attributes[.initState] = .word("fully-down")
        }
        return attributes
    }
}
