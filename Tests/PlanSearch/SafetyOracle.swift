/// Says whether a move may be made: the product's safety rules, written down a second time.
package struct SafetyOracle: Sendable {
    private let world: SearchWorld
    private let floors: [Int]
    private let servedAtStart: [Bool]
    private let servesInTheEnd: [Bool]
    /// A server will come into service by an operation of the list, not by luck.
    private let isAwaited: [Bool]

    package init(_ world: SearchWorld) {
        self.world = world
        let start = world.start
        let backends = world.backends.indices
        floors = backends.map { backend in
            let capacity = world.capacity(of: backend, in: start)
            return (capacity * world.backends[backend].minCapacity + 99) / 100
        }
        servedAtStart = backends.map { world.capacity(of: $0, in: start) > 0 }
        servesInTheEnd = backends.map { backend in
            world.servers.contains { $0.backend == backend && $0.isToServe }
        }
        isAwaited = backends.map { backend in
            world.servers.indices.contains { index in
                let server = start[server: index]
                return world.servers[index].backend == backend && world.servers[index].isToServe
                    && (!server.exists || server.mode != .ready && !server.isDead)
            }
        }
    }

    /// Why this move must not be made; nil when it may.
    package func objection(
        to move: SearchMove,
        from state: SearchState,
        to next: SearchState
    ) -> String? {
        if let index = move.server,
            let words = objection(to: move, index, state[server: index], next[server: index])
        {
            return words
        }
        if let words = objection(toWhole: move, from: state) { return words }
        if world.isAtomic, case .entry = move, world.openKeys(world.start) > 1 {
            return "readers of the map see a mixture"
        }
        return objection(to: next)
    }

    /// Rules about backends as wholes, and about servers of those that go.
    private func objection(toWhole move: SearchMove, from state: SearchState) -> String? {
        switch move {
        case .create(let index) where !world.backends[index].isDeclared,
            .publish(let index) where !world.backends[index].isDeclared:
            return "nobody asks for backend \(index)"
        case .publish(let index) where !servedAtStart[index] && isAwaited[index]:
            let serves = world.capacity(of: index, in: state) > 0
            return serves ? nil : "backend \(index) is published before it serves"
        case .unpublish(let index), .drop(let index):
            if world.backends[index].isDeclared { return "backend \(index) is to stay" }
            let isNamed = (0..<SearchWorld.keys).contains { state[key: $0] == index + 1 }
            return isNamed ? "a key names backend \(index) when it goes" : nil
        case .add(let index):
            guard let original = world.servers[index].standsInFor else { return nil }
            return world.mayHaveStandIn(original) ? nil : "server \(index) stands in for nobody"
        case .mode(let server, _), .delete(let server):
            let index = world.servers[server].backend
            let backend = world.backends[index]
            guard backend.isDynamic, !backend.isDeclared, state[backend: index] == .published
            else { return nil }
            return "server \(server) leaves before rules stop naming its backend"
        default: return nil
        }
    }

    /// Rules about one server alone.
    func objection(
        to move: SearchMove,
        _ index: Int,
        _ server: ServerState,
        _ next: ServerState
    ) -> String? {
        let fixed = world.servers[index]
        if fixed.isDeclared, let words = haste(move, index, server) { return words }
        switch move {
        case .address where server.mode == .ready && !(fixed.isChecked && !server.isUp):
            return "server \(index) takes traffic while its address changes"
        case .delete where fixed.isDeclared && server.hasAttributes:
            return "server \(index) is deleted, and all that differs can change in place"
        case .mode(_, .ready) where server.isSettling:
            return "a check of server \(index) that began before its address changed may count"
        case .mode(_, .maint):
            // A document that says maintenance means at once, unless the server is about to be replaced.
            let isAsked = fixed.isDeclared && fixed.target == .maint && server.hasAttributes
            if server.mode == .ready, server.isUp, !isAsked {
                return "server \(index) is not drained first"
            }
            if server.hasClients, !isAsked {
                return "the clients of server \(index) have no time to leave"
            }
        default: break
        }
        let wasUnproven = server.exists && server.mode == .ready && server.isUp && !server.isProven
        if next.exists, next.mode == .ready, next.isUp, !next.isProven, !wasUnproven {
            return "server \(index) takes traffic, and no check has passed"
        }
        return nil
    }

    /// Nothing takes traffic on the way that the document does not ask for in the end.
    private func haste(_ move: SearchMove, _ index: Int, _ server: ServerState) -> String? {
        let fixed = world.servers[index]
        let isReady = server.mode == .ready
        switch move {
        case .mode(_, .ready) where fixed.target != .ready:
            return "server \(index) is not to take traffic"
        case .mode(_, .ready) where !server.hasWeight,
            .enableHealth where isReady && !server.isUp && !server.hasWeight:
            return "server \(index) takes traffic with a weight that nobody asks for"
        case .weight where isReady && fixed.target != .ready,
            .address where isReady && fixed.target != .ready,
            .enableHealth where isReady && !server.isUp && fixed.target != .ready:
            return "server \(index) is to leave and gets more traffic first"
        case .address where !server.hasAttributes, .weight where !server.hasAttributes:
            return "server \(index) is about to be replaced"
        default: return nil
        }
    }

    /// Rules about what a state must never look like.
    private func objection(to state: SearchState) -> String? {
        for backend in world.backends.indices {
            let capacity = world.capacity(of: backend, in: state)
            if capacity < floors[backend] {
                return "backend \(backend) has \(capacity), and \(floors[backend]) is its floor"
            }
            if world.out(state, in: backend) > world.backends[backend].maxUnavailable {
                return "too many servers of backend \(backend) are out at once"
            }
            if state[backend: backend] != .published {
                let key = (0..<SearchWorld.keys).first {
                    state[key: $0] == backend + 1 && world.start[key: $0] != backend + 1
                }
                if let key { return "key \(key) names backend \(backend), which is hidden" }
            }
            guard capacity == 0 else { continue }
            for key in 0..<SearchWorld.keys where state[key: key] == backend + 1 {
                if let words = objection(toKey: key, naming: backend) { return words }
            }
        }
        return nil
    }

    /// A key names a backend that serves nobody now.
    private func objection(toKey key: Int, naming backend: Int) -> String? {
        let isNew = world.start[key: key] != backend + 1
        if isNew, !servedAtStart[backend], isAwaited[backend] {
            return "key \(key) names backend \(backend) before it serves"
        }
        let isOld = world.wanted(key) != backend + 1
        if isOld, servedAtStart[backend], !servesInTheEnd[backend] {
            return "key \(key) still names backend \(backend), which is gone"
        }
        return nil
    }
}
