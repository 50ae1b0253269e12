/// A random small task: a proxy in any state, and a document that asks for another.
///
/// Knows the proxy's rules from HAProxy's manual and sources alone; nothing here is shared with the planner.
package struct SearchWorld: Sendable {
    /// What stays the same about a server while a list is worked off.
    package struct Server: Sendable {
        package var backend = 0
        package var isChecked = false
        /// The document has it; otherwise it is ours to remove.
        package var isDeclared = true
        package var target = ServerMode.ready
        package var weightBefore = 1
        package var weightWanted = 1
        /// It takes the place of that server while it is replaced, and is gone before and after.
        package var standsInFor: Int?

        package init(isChecked: Bool = false) { self.isChecked = isChecked }

        /// It takes traffic once all is done.
        package var isToServe: Bool { isDeclared && target == .ready && weightWanted > 0 }

        /// Somebody wants it to take traffic, if only for a while.
        var isWanted: Bool { isDeclared || standsInFor != nil }
    }

    /// The limits of a backend.
    package struct Backend: Sendable {
        /// Percent of the capacity at the start.
        package var minCapacity = 0
        package var maxUnavailable = 1
        /// It is created and deleted at runtime.
        package var isDynamic = false
        package var isDeclared = true
        /// Servers are replaced with the help of stand-ins.
        package var surges = false
    }

    package var servers: [Server] = []
    package var backends = [Backend(), Backend()]
    package var start = SearchState()
    package var wantedMap: UInt8 = 0
    /// Readers of the map must never see a mixture.
    package var isAtomic = false
    /// Servers that leave maintenance are down until a check passes (`init-state`, 3.1 and later).
    package var startsDown = false

    package static let keys = 4

    /// A proxy without anything.
    package init(servers: [Server]) { self.servers = servers }

    package var serverIndices: Range<Int> { servers.indices }

    /// Whether a server has health checks.
    package func isChecked(_ index: Int) -> Bool { servers[index].isChecked }

    func wanted(_ key: Int) -> Int { SearchState.value(of: key, in: wantedMap) }

    /// Keys that are not as the document asks.
    func openKeys(_ state: SearchState) -> Int {
        (0..<Self.keys).count { state[key: $0] != wanted($0) }
    }

    /// Commands that backends as wholes still need.
    func openBackends(_ state: SearchState) -> Int {
        backends.indices.reduce(0) { sum, index in
            guard backends[index].isDynamic else { return sum }
            let done = Int(state[backend: index].rawValue)
            return sum + (backends[index].isDeclared ? 2 - done : done)
        }
    }

    /// Weight of a server that takes traffic now, else 0.
    func capacity(of index: Int, _ server: ServerState) -> Int {
        guard server.exists, server.mode == .ready, server.isUp else { return 0 }
        return server.hasWeight ? servers[index].weightWanted : servers[index].weightBefore
    }

    /// Weight in service in a backend.
    ///
    /// A stand-in listens where its original does, so that of the two only the larger counts.
    package func capacity(of backend: Int, in state: SearchState) -> Int {
        servers.indices.reduce(0) { sum, index in
            guard servers[index].backend == backend else { return sum }
            let own = capacity(of: index, state[server: index])
            let original = servers[index].standsInFor.map { capacity(of: $0, state[server: $0]) }
            return sum + max(0, own - (original ?? 0))
        }
    }

    /// Commands that a move sends: an empty map is cleared, another one prepared, filled and committed.
    package func operations(_ move: SearchMove) -> Int {
        switch move {
        case .wait: 0
        case .replaceMap: wantedMap == 0 ? 1 : 3
        default: 1
        }
    }

    /// Servers that sit out a pause which began in this state.
    package func servers(out state: SearchState) -> Int { out(state) }

    /// It served at the start and will serve at the end: time without it counts.
    func isCounted(_ index: Int) -> Bool {
        servers[index].isToServe && capacity(of: index, start[server: index]) > 0
    }

    /// Counted servers that take no traffic now, nor does anyone in their place.
    func out(_ state: SearchState, in backend: Int? = nil) -> Int {
        servers.indices.count { index in
            (backend == nil || servers[index].backend == backend) && isCounted(index)
                && capacity(of: index, state[server: index]) == 0
                && !hasServingStandIn(index, state)
        }
    }

    private func hasServingStandIn(_ index: Int, _ state: SearchState) -> Bool {
        servers.indices.contains {
            servers[$0].standsInFor == index && capacity(of: $0, state[server: $0]) > 0
        }
    }

    /// It served, its backend asks for stand-ins, and what differs takes a replacement.
    func mayHaveStandIn(_ index: Int) -> Bool {
        backends[servers[index].backend].surges && isCounted(index)
            && !start[server: index].hasAttributes
    }

    /// All is as the document asks.
    package func isGoal(_ state: SearchState) -> Bool {
        state.map == wantedMap && openBackends(state) == 0
            && servers.indices.allSatisfy { isGoal($0, state[server: $0]) }
    }

    func isGoal(_ index: Int, _ server: ServerState) -> Bool {
        guard servers[index].isDeclared else { return !server.exists }
        // Who served before is back, not just about to be.
        if isCounted(index), !server.isUp { return false }
        return server.exists && server.mode == servers[index].target && server.hasWeight
            && server.hasAddress && server.hasAttributes && server.hasMaxconn
            && (server.isHealthOn || !servers[index].isChecked)
    }
}

// MARK: - What a proxy does

extension SearchWorld {
    /// The proxy after a move; nil when it would refuse it or when it would change nothing.
    package func after(_ move: SearchMove, _ state: SearchState) -> SearchState? {
        var next = state
        switch move {
        case .wait:
            for index in servers.indices {
                next[server: index] = rested(index, state[server: index])
            }
        case .entry(let key): next[key: key] = wanted(key)
        case .replaceMap: next.map = wantedMap
        case .create, .publish, .unpublish, .drop:
            guard let index = move.backend, let backend = after(move, index, state) else {
                return nil
            }
            next[backend: index] = backend
        default:
            guard let index = move.server,
                state[backend: servers[index].backend] != .absent,
                let server = after(move, index, state[server: index])
            else { return nil }
            next[server: index] = server
        }
        return next == state ? nil : next
    }

    /// A backend after one of its own moves; nil when the proxy would refuse.
    private func after(
        _ move: SearchMove,
        _ index: Int,
        _ state: SearchState
    ) -> BackendState? {
        guard backends[index].isDynamic else { return nil }
        switch (move, state[backend: index]) {
        case (.create, .absent), (.unpublish, .published): return .hidden
        case (.publish, .hidden): return .published
        case (.drop, .hidden):
            let isEmpty = servers.indices.allSatisfy {
                servers[$0].backend != index || !state[server: $0].exists
            }
            return isEmpty ? .absent : nil
        default: return nil
        }
    }

    /// One server after one of its own moves; nil when the proxy would refuse.
    func after(_ move: SearchMove, _ index: Int, _ server: ServerState) -> ServerState? {
        if case .add = move { return server.exists ? nil : added(index) }
        guard server.exists, move.isTidying || servers[index].isWanted else { return nil }
        guard var next = changed(by: move, index, server) else { return nil }
        if next.mode == .ready, next.isUp { next.hasClients = true }
        return next == server ? nil : next
    }

    private func changed(
        by move: SearchMove,
        _ index: Int,
        _ server: ServerState
    ) -> ServerState? {
        var next = server
        switch move {
        case .delete: return server.mode == .maint ? ServerState() : nil
        case .mode(_, let mode): next = turned(index, server, to: mode)
        case .enableHealth:
            guard isChecked(index) else { return nil }
            next.isHealthOn = true
        case .weight: next.hasWeight = true
        case .maxconn: next.hasMaxconn = true
        case .address:
            guard !server.hasAddress else { return nil }
            next.hasAddress = true
            guard isChecked(index) else { return next }
            next.isSettling = server.isHealthOn && server.mode != .maint
            next.isUp = false
            next.isProven = false
            next.isDead = false
        default: return nil
        }
        return next
    }

    private func added(_ index: Int) -> ServerState {
        var server = ServerState()
        server.exists = true
        server.mode = .maint
        server.isProven = !isChecked(index)
        server.hasWeight = true
        server.hasAddress = true
        server.hasAttributes = true
        server.hasMaxconn = true
        return server
    }

    private func turned(_ index: Int, _ server: ServerState, to mode: ServerMode) -> ServerState {
        var next = server
        next.mode = mode
        if mode == .maint {
            next.isUp = false
            next.isSettling = false
            next.isProven = !isChecked(index)
        } else if server.mode == .maint {
            // Leaving maintenance resets the health: up at once, unless it is told to start down.
            next.isUp = !isChecked(index) || !startsDown
        }
        return next
    }

    /// A server after a pause.
    func rested(_ index: Int, _ server: ServerState) -> ServerState {
        guard server.exists else { return server }
        var next = server
        next.isSettling = false
        if isChecked(index), server.isHealthOn, server.mode != .maint {
            next.isUp = !server.isDead
            next.isProven = !server.isDead
        }
        next.hasClients = next.mode == .ready && next.isUp
        return next
    }
}
