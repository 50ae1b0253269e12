import Model

extension BackendPlanner {
    /// The administrative state stays.
    mutating func adjust(
        _ server: DesiredServer,
        _ live: ObservedServer,
        quietChanges: [Change],
        weight: [Change]
    ) {
        let path = path(server.name)
        let delta =
            weight.isEmpty || !live.isUp ? 0 : server.attributes.weight.value - live.weight.value
        guard delta != 0, !live.isBackup else {
            adjustQuietly(server, live, weight + quietChanges)
            return
        }
        append(ServerChain(server, path, quietChanges), to: \.quiet)
        let chain = ServerChain(server, path, weight, loss: max(0, -delta), gain: max(0, delta))
        append(chain, to: delta > 0 ? \.raising : \.lowering)
    }

    /// No traffic moves, but a server whose checks begin may come up.
    private mutating func adjustQuietly(
        _ server: DesiredServer,
        _ live: ObservedServer,
        _ changes: [Change]
    ) {
        let path = path(server.name)
        var chain = ServerChain(server, path, changes)
        let begins = live.operational == .stopped && changes.contains(.enableHealth(path))
        guard begins, live.admin == .ready else {
            append(chain, to: \.quiet)
            return
        }
        chain.gain = weightAfter(server, live)
        chain.proof = .awaitUp(path, within: sequences.upDeadline(server.attributes))
        append(chain, to: \.returning)
    }

    /// The administrative state changes and the address stays.
    mutating func turn(
        _ server: DesiredServer,
        _ live: ObservedServer,
        quietChanges: [Change],
        weight: [Change],
        target: AdminState
    ) {
        let path = path(server.name)
        let before = quietChanges + weight
        guard target == .ready else {
            // One that leaves gets no more traffic first.
            let away = Change.setAdmin(path, from: live.admin, to: target)
            let changes = [away] + quietChanges + weight
            let chain = ServerChain(server, path, changes, loss: live.servingWeight)
            append(chain, to: live.admin == .ready ? \.lowering : \.quiet)
            return
        }
        // A server that its checks found down may be ready at once: it gets traffic when they pass.
        let isDown = live.operational == .stopped && live.isCheckEnabled
        let isKnown = live.admin == .drain && (live.hasPassedCheck || isDown)
        let awaits = live.isChecked && !isKnown ? sequences.upDeadline(server.attributes) : nil
        let startsDown = capabilities.hasInitState && mark.isOurs(live, at: path)
        let changes =
            before
            + sequences.admit(path, from: live.admin, awaits: awaits, startsDown: startsDown)
        let comesUp = awaits != nil || live.operational != .stopped || !live.isChecked
        let weight = weightAfter(server, live)
        append(ServerChain(server, path, changes, gain: comesUp ? weight : 0), to: \.raising)
    }

    /// The address changes, and maybe the administrative state with it.
    mutating func move(
        _ server: DesiredServer,
        _ live: ObservedServer,
        quietChanges: [Change],
        weight: [Change],
        target: AdminState
    ) {
        let path = path(server.name)
        let limit = sequences.upDeadline(server.attributes)
        let moves = sequences.move(
            path,
            live,
            to: server.endpoint,
            ending: target,
            awaits: limit,
            startsDown: capabilities.hasInitState && mark.isOurs(live, at: path)
        )
        // Checks that begin look at the new address only.
        let isDown = live.admin == .ready && live.isChecked && live.operational == .stopped
        let changes =
            target != .ready
            ? moves + quietChanges + weight
            : isDown ? weight + moves + quietChanges : quietChanges + weight + moves
        let loss = live.servingWeight
        let gain = target == .ready ? weightAfter(server, live) : 0
        var chain = ServerChain(server, path, changes, loss: loss, gain: gain)
        guard loss == 0 else {
            append(chain, to: gain > 0 ? \.dipping : \.lowering)
            return
        }
        // One that stays ready is down by its checks: whether the new address comes up is awaited only by
        // those that need its weight.
        if gain > 0, isDown {
            chain.proof = .awaitUp(path, within: limit)
        }
        append(chain, to: gain > 0 ? \.returning : \.quiet)
    }

    /// Removes and adds the server again, since no command changes what differs.
    mutating func replace(_ server: DesiredServer, _ live: ObservedServer) {
        let path = path(server.name)
        if desired.boot?.referenced.contains(server.name) == true {
            let message = "server \(path): cannot be replaced, `track` or `use-server` names it"
            remarks.append(Remark(.needsRestart, message, origin: server.origin))
            return
        }
        // Who adopts wants the id that every proxy gives; everyone else keeps the place on the ring.
        let isAdopted = adopts && mark.differs(server, from: live) == nil
        let keepsID = !isAdopted || server.attributes[.id] != nil
        let ring = keepsID ? ServerIdentity.ringID(live.id) : nil
        guard let addition = addition(of: server, at: path, keeping: ring) else { return }
        let removal = sequences.remove(path, live)
        let loss = live.servingWeight
        let gain = gain(of: server)
        if desired.replacement == .surge, loss > 0, gain > 0,
            let surge = surge(server, removal: removal, addition: addition)
        {
            // The stand-in has the new weight already.
            let (loss, gain) = (max(0, loss - gain), max(0, gain - loss))
            dipping.append(ServerChain(server, path, surge, loss: loss, gain: gain))
            return
        }
        let chain = ServerChain(server, path, removal + addition, loss: loss, gain: gain)
        switch (loss > 0, gain > 0) {
        case (true, true): append(chain, to: \.dipping)
        case (true, false): append(chain, to: \.lowering)
        case (false, true): append(chain, to: \.returning)
        case (false, false): append(chain, to: \.quiet)
        }
    }

    /// A stand-in under a temporary name serves while the server is replaced; nil when there is one already.
    mutating func surge(
        _ server: DesiredServer,
        removal: [Change],
        addition: [Change]
    ) -> [Change]? {
        guard let name = try? ServerName("\(server.name).surge"), observed.servers[name] == nil
        else { return nil }
        var standIn = DesiredServer(
            name: name,
            endpoint: server.endpoint,
            attributes: server.attributes,
            origin: server.origin
        )
        standIn.attributes[.id] = nil
        standIn.attributes[.guid] = nil
        let path = path(name)
        guard let entry = self.addition(of: standIn, at: path, keeping: nil) else { return nil }
        let live = ObservedServer(name: name, id: 0, endpoint: server.endpoint)
        return entry + removal + addition + sequences.remove(path, live)
    }

    func weightAfter(_ server: DesiredServer, _ live: ObservedServer) -> Int {
        guard !live.isBackup else { return 0 }
        let isSet = manages(.weight) && !live.isAgentChecked
        return isSet ? server.attributes.weight.value : live.weight.value
    }

    mutating func append(
        _ chain: ServerChain,
        to phase: WritableKeyPath<Self, [ServerChain]>
    ) {
        if !chain.changes.isEmpty { self[keyPath: phase].append(chain) }
    }
}

extension ServerChain {
    init(
        _ server: DesiredServer,
        _ path: ServerPath,
        _ changes: [Change],
        loss: Int = 0,
        gain: Int = 0
    ) {
        self.init(path: path, origin: server.origin, changes: changes, loss: loss, gain: gain)
    }
}

extension ObservedServer {
    /// Would take traffic if its weight allowed it.
    fileprivate var isUp: Bool { admin == .ready && operational != .stopped }
}
