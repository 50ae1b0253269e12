import Model
import Proxy
import Simulation
import Synchronization

/// What every simulation has: a scenario, a clock, origins, proxies and the network that leads to them.
///
/// Everything follows from the seed; the order in which parts draw from it is part of what a seed means.
final class SimulatedWorld: Sendable {
    let scenario: Scenario
    let clock = SimulatedClock()
    let trace: Trace
    let board: PassBoard
    let proxies: [SimulatedProxy]
    let network: SimulatedNetwork
    let executor: SimulatedExecutor
    private let origins = SimulatedOrigins()
    private let generator: Mutex<SeededGenerator>

    /// Clients send a request to each proxy every `requestInterval`, on average, in a full scenario.
    init(seed: Seed, size: Scenario.Size, requestInterval: Duration) throws {
        var generator = SeededGenerator(seed: seed.value)
        let scenario = try Scenario(seed: seed, size: size, using: &generator)
        self.scenario = scenario
        trace = Trace(clock: clock)
        board = PassBoard(script: try DesiredScript(scenario: scenario, using: &generator))
        let surroundings = SimulatedProcess.Surroundings(
            clock: clock,
            origins: origins,
            trace: trace,
            configuration: try scenario.configuration(),
            requestInterval: requestInterval * size.calm
        )
        for address in scenario.bootAddresses { origins.start(address, at: clock.now) }
        var proxies: [RuntimeAddress: SimulatedProxy] = [:]
        for target in board.desired.fleets[0].proxies {
            proxies[target.runtime] = SimulatedProxy(
                name: target.name,
                surroundings: surroundings,
                generator: generator.fork()
            )
        }
        self.proxies = proxies.values.sorted { $0.name < $1.name }
        network = SimulatedNetwork(
            proxies: proxies,
            rules: scenario.rules,
            clock: clock,
            trace: trace,
            generator: generator.fork()
        )
        executor = SimulatedExecutor(clock: clock, seed: generator.next())
        self.generator = Mutex(generator)
    }

    func draw(_ range: ClosedRange<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }

    /// A generator of its own for a part of the simulation.
    func fork() -> SeededGenerator { generator.withLock { $0.fork() } }

    /// Does something a random time before it gets quiet.
    func schedule(_ action: @escaping @Sendable () -> Void) {
        clock.schedule(after: .milliseconds(draw(1...lastBusy)), action)
    }

    /// The last millisecond in which anything may happen.
    var lastBusy: Int { Int(scenario.quiet.components.seconds) * 1000 - 1 }

    /// The servers of the first commit come up, and people push now and then until it gets quiet.
    ///
    /// `pushed` is called for each push, once its servers are on their way.
    func scheduleCommits(_ pushed: @escaping @Sendable (DesiredState) -> Void) {
        for _ in 0..<max(1, (lastBusy + 1) / 10_000) {
            schedule { [self] in
                let state = board.commit()
                trace.note("commit \(state.revision.commit.suffix(4))")
                startServers(of: state)
                pushed(state)
            }
        }
    }

    /// Processes end out of the blue, whatever is under way.
    func scheduleRestarts() {
        for _ in 0..<max(0, draw(-2...2)) {
            let proxy = proxies[draw(0...proxies.count - 1)]
            schedule { proxy.restart() }
        }
    }

    /// Somebody types at sockets what Apus has to put right again.
    func scheduleMeddling() {
        var meddler = Meddler(scenario: scenario, generator: fork())
        if let address = Endpoint("\(Meddler.address):8080").flatMap(SimulatedOrigins.Address.init)
        {
            origins.start(address, at: clock.now)
        }
        for (delay, name, command) in meddler.commands() {
            guard let proxy = proxies.first(where: { $0.name == name }) else { continue }
            clock.schedule(after: delay) { proxy.withProcess { $0.executeByHand(command) } }
        }
    }

    /// What a commit declares comes up: at once without checks, for which nobody could wait, else later.
    func startServers(of state: DesiredState) {
        for backend in state.fleets[0].backends {
            for server in backend.servers {
                guard let address = SimulatedOrigins.Address(server.endpoint) else { continue }
                let delay = server.attributes.isChecked ? draw(0...4000) : 0
                origins.start(address, at: clock.now.advanced(by: .milliseconds(delay)))
            }
        }
    }

    /// Plays `story` with every check after every instant, then compares where the fleet came to rest.
    ///
    /// Returns what was violated, in words. `reserve` is added to the patience of the scenario.
    func play(
        reserve: Duration,
        afterInstant check: () throws -> Void = {},
        _ story: @escaping @Sendable () async throws -> PassSequence.Rest
    ) -> String? {
        let invariants = Invariants(proxies: proxies, board: board, clock: clock)
        do {
            let rest = try executor.run(
                until: scenario.quiet + scenario.patience + reserve,
                afterInstant: {
                    try invariants.check()
                    try check()
                },
                story
            )
            try ConvergedFleet(desired: board.desired.fleets[0], scenario: scenario, rest: rest)
                .check(proxies)
            return nil
        } catch {
            return "\(error)"
        }
    }

    func report(_ violation: String?, passes: Int) -> SimulationReport {
        let totals = proxies.compactMap { proxy in proxy.withProcess { ($0.requests, $0.writes) } }
        return SimulationReport(
            seed: scenario.seed,
            violation: violation,
            trace: trace.recent,
            digest: trace.digest,
            passes: passes,
            requests: totals.reduce(0) { $0 + $1.0 },
            writes: totals.reduce(0) { $0 + $1.1 },
            duration: clock.now.sinceStart,
            quiet: scenario.quiet
        )
    }
}
