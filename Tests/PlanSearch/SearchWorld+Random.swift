extension SearchWorld {
    /// Two backends, three or four servers and a map, in any state that a proxy can be in.
    package init(using generator: inout some RandomNumberGenerator) {
        self.init(servers: [])
        let count = Int.random(in: 3...4, using: &generator)
        startsDown = Self.chance(40, &generator)
        // Such proxies also create backends at runtime.
        if startsDown {
            for index in backends.indices where Self.chance(40, &generator) {
                backends[index].isDynamic = true
                backends[index].isDeclared = Self.chance(65, &generator)
            }
        }
        for index in 0..<count {
            servers.append(Self.server(in: index == count - 1 ? 1 : index % 2, &generator))
            let backend = backends[servers[index].backend]
            if !backend.isDeclared { servers[index].isDeclared = false }
            start[server: index] = state(of: servers[index], &generator)
        }
        for index in backends.indices where backends[index].isDynamic {
            placeBackend(index, &generator)
        }
        for index in backends.indices {
            let floors = [0, 0, 0, 30, 50, 80]
            let floor = floors.randomElement(using: &generator) ?? 0
            // What nobody declares has no limits.
            backends[index].minCapacity = backends[index].isDeclared ? floor : 0
            backends[index].maxUnavailable = Int.random(in: 1...2, using: &generator)
        }
        isAtomic = Self.chance(20, &generator)
        addStandIns(&generator)
        var wanted = SearchState()
        for key in 0..<Self.keys where Self.chance(60, &generator) {
            start[key: key] = Int.random(in: 0...2, using: &generator)
            wanted[key: key] =
                Self.chance(40, &generator)
                ? start[key: key] : Int.random(in: 0...2, using: &generator)
        }
        for key in 0..<Self.keys where wanted[key: key] > 0 {
            if !backends[wanted[key: key] - 1].isDeclared { wanted[key: key] = 0 }
        }
        wantedMap = wanted.map
    }

    /// One that is wanted may be missing, half made or done; one that is to go may have begun to.
    private mutating func placeBackend(
        _ index: Int,
        _ generator: inout some RandomNumberGenerator
    ) {
        let isMissing = backends[index].isDeclared && Self.chance(50, &generator)
        start[backend: index] =
            isMissing ? .absent : Self.chance(60, &generator) ? .published : .hidden
        guard isMissing else { return }
        for server in servers.indices where servers[server].backend == index {
            start[server: server] = ServerState()
            // Nobody's servers are there to be removed.
            servers[server].isDeclared = true
        }
    }

    /// Where a backend surges, every server that is to be replaced may have one.
    private mutating func addStandIns(_ generator: inout some RandomNumberGenerator) {
        for index in backends.indices { backends[index].surges = Self.chance(30, &generator) }
        for index in servers.indices where mayHaveStandIn(index) {
            var server = servers[index]
            server.isDeclared = false
            server.weightBefore = server.weightWanted
            server.standsInFor = index
            servers.append(server)
        }
    }

    private static func server(
        in backend: Int,
        _ generator: inout some RandomNumberGenerator
    ) -> Server {
        var server = Server()
        server.backend = backend
        server.isChecked = chance(60, &generator)
        server.isDeclared = chance(80, &generator)
        server.target =
            chance(75, &generator)
            ? .ready : ServerMode.allCases.randomElement(using: &generator) ?? .ready
        server.weightBefore = Int.random(in: 0...3, using: &generator)
        server.weightWanted = Int.random(in: 0...3, using: &generator)
        return server
    }

    private func state(
        of fixed: Server,
        _ generator: inout some RandomNumberGenerator
    ) -> ServerState {
        var server = ServerState()
        // A server that is neither declared nor there is no server.
        guard !fixed.isDeclared || Self.chance(75, &generator) else { return server }
        server.exists = true
        server.mode =
            Self.chance(65, &generator)
            ? .ready : ServerMode.allCases.randomElement(using: &generator) ?? .ready
        server.hasWeight = fixed.weightBefore == fixed.weightWanted
        server.hasAddress = Self.chance(75, &generator)
        server.hasAttributes = Self.chance(75, &generator)
        server.hasMaxconn = Self.chance(80, &generator)
        server.isHealthOn = fixed.isChecked && Self.chance(90, &generator)
        guard server.mode != .maint else {
            server.isProven = !fixed.isChecked
            return server
        }
        server.isUp = !fixed.isChecked || Self.chance(80, &generator)
        server.isProven = !fixed.isChecked || server.isUp && Self.chance(85, &generator)
        server.isDead = server.isHealthOn && !server.isUp
        server.hasClients = server.isUp || server.mode == .drain
        return server
    }

    private static func chance(
        _ percent: Int,
        _ generator: inout some RandomNumberGenerator
    ) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
}
