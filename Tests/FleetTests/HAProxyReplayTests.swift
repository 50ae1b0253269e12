import Fleet
import PlanReplay
import PlanSearch
import Planning
import Simulation
import Testing

/// A sample of the plans that the search judged, on a real HAProxy under traffic.
@Suite(.enabled(if: HAProxyProcess.isInstalled, "haproxy is not installed"))
struct HAProxyReplayTests {
    /// The first worlds that a real proxy can be brought into and whose plan is not postponed.
    private static let worlds: [SearchWorld] = Array(
        (1...200 as ClosedRange<UInt64>).lazy.compactMap { number -> SearchWorld? in
            var generator = Seed(number).generator
            let world = SearchWorld(using: &generator)
            guard !world.startsDown, HAProxyReplay.isBuildable(world) else { return nil }
            return PlanReplay(world).run(using: &generator).isPostponed ? nil : world
        }.prefix(12)
    )

    @Test(arguments: HAProxyProcess.programs)
    func `plans hold on a real proxy, and clients are served meanwhile`(
        program: HAProxyProcess.Program
    ) async throws {
        #expect(Self.worlds.count == 12)
        for world in Self.worlds {
            let proxy = try await HAProxyProcess.start(program)
            defer { proxy.stop() }
            try await replay(HAProxyReplay(world, on: proxy))
        }
    }

    private func replay(_ replay: HAProxyReplay) async throws {
        let world = replay.planned.world
        try await replay.build()
        let observed = try await replay.observe()
        let plan = Planner.planProxy(replay.fleet, observed: observed)
        var generator = Seed(1).generator
        let judged = PlanReplay(world).run(using: &generator)
        let operations = plan.steps.count { !$0.change.isWait }
        let whole = plan.steps.contains { if case .replaceMap = $0.change { true } else { false } }
        // What the search counted is what a real proxy is sent.
        #expect(whole || operations == judged.cost.operations, "\(world)\(plan.steps)")
        let applier = Applier(transport: SocketTransport(), clock: ContinuousClock())
        let (ending, failures) = await withTaskGroup(of: [Int: [String]].self) { group in
            group.addTask { await replay.askClients() }
            let outcome = await applier.apply(plan, to: replay.proxy.target)
            group.cancelAll()
            return (outcome, await group.next() ?? [:])
        }
        #expect(ending.isComplete, "\(world)\(ending.results)")
        for backend in world.backends.indices where world.backends[backend].minCapacity > 0 {
            guard world.capacity(of: backend, in: world.start) > 0 else { continue }
            #expect(failures[backend] == nil, "\(world)\(failures)")
        }
        let after = try await replay.observe()
        #expect(Planner.planProxy(replay.fleet, observed: after).steps.map(\.change) == [])
    }
}
