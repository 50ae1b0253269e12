import Model
import Planning
import Simulation
import Testing

/// Compares the planner with an exhaustive search over everything one server can become.
struct MinimalityTests {
    @Test(arguments: Seed.runs(300))
    func `no shorter safe list of operations exists`(seed: Seed) throws {
        var generator = seed.generator
        let world = World(using: &generator)
        let shortest = try #require(world.shortestPath())
        let steps = Planner.planProxy(world.fleet, observed: world.proxy).steps
        let operations = steps.filter { !$0.change.isWait }
        #expect(operations.count == shortest, "\(world): \(operations.map(\.change))")
    }
}

/// One server, what it is and what it should be, in the fewest words that the safety rules need.
private struct World {
    struct State: Hashable {
        var exists = true
        var admin = AdminState.ready
        var isUp = true
        /// A check of this address passed, or nothing is checked.
        var isKnown = true
        var isHealthOn = true
        /// These agree with the document.
        var hasWeight = true
        var hasAddress = true
        var hasAttributes = true
    }

    let isChecked: Bool
    let isDeclared: Bool
    let target: AdminState
    let start: State

    init(using generator: inout SeededGenerator) {
        isChecked = generator.chance(50)
        isDeclared = generator.chance(80)
        target = generator.chance(60) ? .ready : generator.chance(50) ? .drain : .maint
        var start = State()
        start.exists = !isDeclared || generator.chance(80)
        start.admin = AdminState.allCases.randomElement(using: &generator) ?? .ready
        start.isUp = start.admin != .maint && (!isChecked || generator.chance(70))
        start.isKnown = !isChecked || generator.chance(70)
        start.isHealthOn = isChecked && generator.chance(90)
        start.hasWeight = generator.chance(60)
        start.hasAddress = generator.chance(60)
        start.hasAttributes = generator.chance(70)
        self.start = start
    }

    /// Operations of the shortest safe way, waits not counted; nil when there is none.
    func shortestPath() -> Int? {
        var frontier: Set<State> = [start]
        var seen: Set<State> = []
        for length in 0..<12 {
            frontier = closedUnderWaiting(frontier).subtracting(seen)
            if frontier.contains(where: isGoal) { return length }
            seen.formUnion(frontier)
            frontier = Set(frontier.flatMap(successors))
        }
        return nil
    }

    private func isGoal(_ state: State) -> Bool {
        guard isDeclared else { return !state.exists }
        let isChecking = !isChecked || state.isHealthOn
        return state.exists && state.admin == target && isChecking && state.hasWeight
            && state.hasAddress && state.hasAttributes
    }

    private func closedUnderWaiting(_ states: Set<State>) -> Set<State> {
        var all = states
        for var state in states
        where state.exists && isChecked && state.isHealthOn && state.admin != .maint {
            state.isUp = true
            state.isKnown = true
            all.insert(state)
        }
        return all
    }

    private func successors(_ state: State) -> [State] {
        guard state.exists else { return [added] }
        var next: [State] = []
        if state.admin == .maint {
            var gone = state
            gone.exists = false
            next.append(gone)
        }
        for admin in AdminState.allCases where admin != state.admin {
            if let turned = turned(state, to: admin) { next.append(turned) }
        }
        var changed = state
        changed.isHealthOn = isChecked
        next.append(changed)
        changed = state
        changed.hasWeight = true
        next.append(changed)
        // Traffic must not meet an address whose health nobody knows.
        if state.admin != .ready || isChecked && !state.isUp {
            changed = state
            changed.hasAddress = true
            if isChecked { changed.isUp = false }
            next.append(changed)
        }
        return next
    }

    private var added: State {
        var state = State()
        state.admin = .maint
        state.isUp = false
        state.isKnown = !isChecked
        state.isHealthOn = false
        return state
    }

    private func turned(_ state: State, to admin: AdminState) -> State? {
        var turned = state
        turned.admin = admin
        if admin == .maint {
            // A server in service is drained first, unless the document asks for maintenance itself.
            let isAsked = isDeclared && target == .maint && state.hasAttributes
            guard state.admin != .ready || !state.isUp || isAsked else { return nil }
            turned.isUp = false
            return turned
        }
        if state.admin == .maint {
            guard admin == .drain || !isChecked else { return nil }
            turned.isUp = true
            turned.isKnown = !isChecked
            return turned
        }
        guard admin == .drain || state.isKnown || !state.isUp || !isChecked else { return nil }
        return turned
    }

    // MARK: The same for the planner

    private var attributes: [ServerAttribute: AttributeValue] {
        isChecked ? [.check: .flag, .weight: .integer(5)] : [.weight: .integer(5)]
    }

    var fleet: DesiredFleet {
        let server = Build.desired("a", at: 1, attributes, state: target)
        return Build.fleet(isDeclared ? [server] : [])
    }

    var proxy: ObservedProxy {
        var proxy = Build.proxy()
        guard start.exists else { return proxy }
        let path = Build.path("a")
        var other = Build.attributes(attributes)
        other[.sendProxy] = start.hasAttributes ? nil : .flag
        let id = ServerIdentity.id(
            ServerIdentity.preferredID(of: path),
            carrying: ServerIdentity.digest(of: other)
        )
        var server = ObservedServer(
            name: path.server,
            id: id,
            endpoint: Build.endpoint(start.hasAddress ? 1 : 2)
        )
        server.admin = start.admin
        server.weight = Weight(start.hasWeight ? 5 : 6) ?? .one
        server.operational = start.isUp ? .running : .stopped
        server.hasPassedCheck = start.isKnown
        server.isChecked = isChecked
        server.isCheckEnabled = start.isHealthOn
        server.maxconn = 0
        proxy.backends[path.backend]?.servers[path.server] = server
        return proxy
    }
}
