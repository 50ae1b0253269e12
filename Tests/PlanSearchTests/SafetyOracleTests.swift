import PlanSearch
import Testing

/// The oracle and the search are only worth something if they see what is wrong.
struct SafetyOracleTests {
    /// One server in service, checked, that is to get another address.
    private var moving: SearchWorld {
        SearchWorld(serving: 1) { world in
            world.start[server: 0].hasAddress = false
        }
    }

    private func objection(_ moves: [SearchMove], in world: SearchWorld) -> String? {
        let oracle = SafetyOracle(world)
        var state = world.start
        for move in moves {
            guard let next = world.after(move, state) else { return "refused" }
            if let words = oracle.objection(to: move, from: state, to: next) { return words }
            state = next
        }
        return world.isGoal(state) ? nil : "not there"
    }

    @Test func `an address changes in drain and is checked before it takes traffic`() {
        let drain = SearchMove.mode(0, .drain)
        let ready = SearchMove.mode(0, .ready)
        #expect(objection([drain, .address(0), .wait, ready], in: moving) == nil)
        #expect(objection([.address(0)], in: moving)?.contains("address") == true)
        #expect(objection([drain, .address(0), ready], in: moving)?.contains("began") == true)
        let hasty = SearchWorld(serving: 1) { world in
            world.start[server: 0].mode = .maint
            world.start[server: 0].isProven = false
        }
        #expect(objection([ready], in: hasty)?.contains("no check") == true)
    }

    @Test func `a server is drained and its clients leave before it goes`() {
        let world = SearchWorld(serving: 1) { $0.declare(0, false) }
        let (drain, maint) = (SearchMove.mode(0, .drain), SearchMove.mode(0, .maint))
        #expect(objection([drain, .wait, maint, .delete(0)], in: world) == nil)
        #expect(objection([maint, .delete(0)], in: world)?.contains("not drained") == true)
        #expect(objection([drain, maint, .delete(0)], in: world)?.contains("time") == true)
        #expect(objection([drain, .delete(0)], in: world) == "refused")
    }

    @Test func `capacity stays above the floor`() {
        let world = SearchWorld(serving: 2) { world in
            world.declare(0, false)
            world.limit(0, minCapacity: 80)
        }
        #expect(objection([.mode(0, .drain)], in: world)?.contains("floor") == true)
        #expect(CheapestList(world).answer() == .impossible)
    }

    @Test func `a key waits for the backend that it names`() {
        let world = SearchWorld(serving: 1) { world in
            world.start[server: 0] = ServerState()
            world.want(key: 0, backend: 0)
        }
        #expect(objection([.entry(0)], in: world)?.contains("before it serves") == true)
        let cost = SearchCost(operations: 5)
        #expect(CheapestList(world).answer() == .cost(cost))
    }

    @Test func `a backend is published when it serves, and routed to when it is published`() {
        var world = SearchWorld(serving: 1) { world in
            world.start[server: 0] = ServerState()
            world.backends[0].isDynamic = true
            world.start[backend: 0] = .absent
            world.want(key: 0, backend: 0)
        }
        let fill = [SearchMove.add(0), .enableHealth(0), .mode(0, .drain), .wait, .mode(0, .ready)]
        let whole = [.create(0)] + fill + [.publish(0), .entry(0)]
        #expect(objection(whole, in: world) == nil)
        #expect(objection(fill, in: world) == "refused")
        #expect(objection([.create(0), .publish(0)], in: world)?.contains("before it") == true)
        #expect(objection([.create(0)] + fill + [.entry(0)], in: world)?.contains("hidden") == true)
        #expect(CheapestList(world).answer() == .cost(SearchCost(operations: 7)))
        world.backends[0].isDeclared = false
        #expect(objection([.create(0)], in: world)?.contains("nobody asks") == true)
    }

    @Test func `a backend goes when nothing names it, and after its servers`() {
        let world = SearchWorld(serving: 1) { world in
            world.declare(0, false)
            world.backends[0].isDynamic = true
            world.backends[0].isDeclared = false
            world.start[key: 0] = 1
        }
        let empty = [SearchMove.mode(0, .drain), .wait, .mode(0, .maint), .delete(0)]
        #expect(objection([.entry(0), .unpublish(0)] + empty + [.drop(0)], in: world) == nil)
        #expect(objection([.unpublish(0)], in: world)?.contains("names") == true)
        #expect(objection(empty, in: world)?.contains("rules stop") == true)
        #expect(objection([.entry(0), .unpublish(0), .drop(0)], in: world) == "refused")
        #expect(CheapestList(world).answer() == .cost(SearchCost(operations: 6)))
    }

    @Test func `a stand-in saves the time out of service that a replacement costs`() {
        let replaced = SearchWorld(serving: 1) { $0.start[server: 0].hasAttributes = false }
        #expect(
            CheapestList(replaced).answer() == .cost(SearchCost(outage: 2, operations: 7))
        )
        var world = replaced
        world.backends[0].surges = true
        var other = SearchWorld.Server(isChecked: true)
        other.isDeclared = false
        other.standsInFor = 0
        world.servers.append(other)
        #expect(CheapestList(world).answer() == .cost(SearchCost(operations: 14)))
        var equal = world
        equal.start[server: 0].hasAttributes = true
        #expect(objection([.add(1)], in: equal)?.contains("nobody") == true)
    }

    @Test func `the search finds the list that a person would write`() {
        #expect(CheapestList(moving).answer() == .cost(SearchCost(outage: 1, operations: 3)))
    }
}

extension SearchWorld {
    /// A number of checked servers in service, all as declared, in the first backend.
    fileprivate init(serving count: Int, _ change: (inout SearchWorld) -> Void) {
        self.init(servers: (0..<count).map { _ in Server(isChecked: true) })
        for index in 0..<count {
            var server = ServerState()
            server.exists = true
            server.isUp = true
            server.isProven = true
            server.isHealthOn = true
            server.hasWeight = true
            server.hasAddress = true
            server.hasAttributes = true
            server.hasMaxconn = true
            server.hasClients = true
            start[server: index] = server
        }
        change(&self)
    }

    fileprivate mutating func declare(_ index: Int, _ isDeclared: Bool) {
        servers[index].isDeclared = isDeclared
    }

    fileprivate mutating func limit(_ backend: Int, minCapacity: Int) {
        backends[backend].minCapacity = minCapacity
    }

    fileprivate mutating func want(key: Int, backend: Int) {
        var wanted = SearchState()
        wanted[key: key] = backend + 1
        wantedMap = wanted.map
    }
}
