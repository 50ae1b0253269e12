/// Finds what the cheapest safe list costs, by going through all of them in the order of their cost.
///
/// What cannot be the cheapest is left out with a bound that is never too high: what each server would
/// cost if it were alone and nothing had to be kept up. So no cheaper list is missed.
package struct CheapestList {
    private let world: SearchWorld
    private let oracle: SafetyOracle
    private let bounds: [[ServerState: SearchCost]]
    private let moves: [SearchMove]

    /// States looked at before giving up; far more than any small world has.
    private static let limit = 2_000_000

    package init(_ world: SearchWorld) {
        self.world = world
        oracle = SafetyOracle(world)
        moves =
            world.serverIndices.flatMap(Self.moves)
            + world.backends.indices.filter { world.backends[$0].isDynamic }.flatMap {
                [.create($0), .publish($0), .unpublish($0), .drop($0)]
            }
            + (0..<SearchWorld.keys).map { .entry($0) } + [.replaceMap, .wait]
        let oracle = oracle
        bounds = world.serverIndices.map { Self.bounds(of: $0, world, oracle) }
    }

    /// What became of a search.
    package enum Answer: Hashable, Sendable {
        case cost(SearchCost)
        /// No safe list leads to what the document asks for.
        case impossible
        /// Too many states to be sure.
        case unknown
    }

    /// The cost of the cheapest safe list.
    package func answer() -> Answer {
        guard let first = bound(world.start) else { return .impossible }
        var known: [SearchState: SearchCost] = [world.start: SearchCost()]
        // Lists of one cost are looked at together, cheapest first.
        var open: [SearchCost: [SearchState]] = [first: [world.start]]
        var seen = 0
        while let cost = open.keys.min() {
            guard var states = open.removeValue(forKey: cost) else { continue }
            while let state = states.popLast() {
                guard let paid = known[state], let rest = bound(state), paid + rest == cost else {
                    continue
                }
                if world.isGoal(state) { return .cost(paid) }
                seen += 1
                if seen > Self.limit { return .unknown }
                for (next, price) in successors(of: state) {
                    let total = paid + price
                    if let old = known[next], old <= total { continue }
                    guard let rest = bound(next) else { continue }
                    known[next] = total
                    if total + rest == cost {
                        states.append(next)
                    } else {
                        open[total + rest, default: []].append(next)
                    }
                }
            }
        }
        return .impossible
    }

    private func successors(of state: SearchState) -> [(SearchState, SearchCost)] {
        moves.compactMap { move in
            guard let next = world.after(move, state),
                oracle.objection(to: move, from: state, to: next) == nil
            else { return nil }
            let outage = move == .wait ? world.out(state) : 0
            return (next, SearchCost(outage: outage, operations: world.operations(move)))
        }
    }

    /// Never more than what a list from here must still cost; nil when there is none.
    private func bound(_ state: SearchState) -> SearchCost? {
        let whole = world.operations(.replaceMap)
        let wholes = min(whole, world.openKeys(state)) + world.openBackends(state)
        var sum = SearchCost(operations: wholes)
        for index in world.serverIndices {
            guard let bound = bounds[index][state[server: index]] else { return nil }
            sum = sum + bound
        }
        return sum
    }

    private static func moves(of index: Int) -> [SearchMove] {
        ServerMode.allCases.map { .mode(index, $0) } + [
            .add(index), .delete(index), .enableHealth(index), .weight(index), .address(index),
            .maxconn(index),
        ]
    }

    /// The cost of the cheapest way for one server alone, from everything it can become.
    private static func bounds(
        of index: Int,
        _ world: SearchWorld,
        _ oracle: SafetyOracle
    ) -> [ServerState: SearchCost] {
        let start = world.start[server: index]
        // Somebody may stand in, which costs others.
        let isCounted = world.isCounted(index) && !world.mayHaveStandIn(index)
        var edges: [(from: ServerState, to: ServerState, cost: SearchCost)] = []
        var found: Set<ServerState> = [start]
        var fresh = [start]
        while let server = fresh.popLast() {
            var ways: [(ServerState, SearchCost)] = []
            for move in moves(of: index) {
                guard let next = world.after(move, index, server),
                    oracle.objection(to: move, index, server, next) == nil
                else { continue }
                ways.append((next, SearchCost(operations: 1)))
            }
            let isOut = isCounted && world.capacity(of: index, server) == 0
            ways.append((world.rested(index, server), SearchCost(outage: isOut ? 1 : 0)))
            for (next, cost) in ways {
                edges.append((server, next, cost))
                if found.insert(next).inserted { fresh.append(next) }
            }
        }
        var bounds: [ServerState: SearchCost] = [:]
        for server in found where world.isGoal(index, server) { bounds[server] = SearchCost() }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (from, to, cost) in edges {
                guard let rest = bounds[to] else { continue }
                if bounds[from].map({ rest + cost < $0 }) ?? true {
                    bounds[from] = rest + cost
                    hasChanged = true
                }
            }
        }
        return bounds
    }
}
