import Controller
import Fleet
import Model
import Planning
import Proxy
package import Simulation
import Synchronization

/// A whole fleet in one process for one seed: people push, the network fails, proxies die, clients send.
///
/// During the first part anything may happen; then it is quiet, and the fleet must converge. The proxies
/// are the real runtime service and table, the controller is the real observer, planner and applier.
package final class FleetSimulation: Sendable {
    private let scenario: Scenario
    private let clock = SimulatedClock()
    private let trace: Trace
    private let origins = SimulatedOrigins()
    private let board: PassBoard
    private let proxies: [SimulatedProxy]
    private let network: SimulatedNetwork
    private let executor: SimulatedExecutor
    private let generator: Mutex<SeededGenerator>

    /// Everything follows from the seed.
    private init(seed: Seed) throws {
        var generator = SeededGenerator(seed: seed.value)
        let scenario = try Scenario(seed: seed, using: &generator)
        self.scenario = scenario
        trace = Trace(clock: clock)
        board = PassBoard(script: try DesiredScript(scenario: scenario, using: &generator))
        let surroundings = SimulatedProcess.Surroundings(
            clock: clock,
            origins: origins,
            trace: trace,
            configuration: try scenario.configuration(),
            requestInterval: .milliseconds(150)
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

    /// Runs the seed to its end and tells what happened.
    package static func run(_ seed: Seed) throws -> SimulationReport {
        try FleetSimulation(seed: seed).run()
    }

    private func run() -> SimulationReport {
        trace.note(scenario.description)
        startServers(of: board.desired)
        scheduleCommits()
        scheduleMeddling()
        let invariants = Invariants(proxies: proxies, board: board, clock: clock)
        let passes = PassSequence(
            scenario: scenario,
            clock: clock,
            board: board,
            controller: SimulatedController(
                reconciliation: Reconciliation(transport: network, clock: clock),
                trace: trace
            ),
            generator: generator.withLock { $0.fork() }
        )
        var violation: String?
        do {
            let rest = try executor.run(
                until: scenario.quiet + scenario.patience + .seconds(120),
                afterInstant: { try invariants.check() },
                {
                    var passes = passes
                    return try await passes.converge()
                }
            )
            try ConvergedFleet(
                desired: board.desired.fleets[0],
                scenario: scenario,
                rest: rest
            )
            .check(proxies)
        } catch {
            violation = "\(error)"
        }
        return report(violation)
    }

    private func report(_ violation: String?) -> SimulationReport {
        let totals = proxies.compactMap { proxy in proxy.withProcess { ($0.requests, $0.writes) } }
        return SimulationReport(
            seed: scenario.seed,
            violation: violation,
            trace: trace.recent,
            digest: trace.digest,
            passes: board.passes,
            requests: totals.reduce(0) { $0 + $1.0 },
            writes: totals.reduce(0) { $0 + $1.1 },
            duration: clock.now.sinceStart,
            quiet: scenario.quiet
        )
    }

    /// Commits at random times until it gets quiet, the last one close to it.
    private func scheduleCommits() {
        let seconds = Int(scenario.quiet.components.seconds)
        let times = generator.withLock { generator in
            (0..<max(1, seconds / 10)).map { _ in
                Int.random(in: 1..<seconds * 1000, using: &generator)
            }
        }
        for time in times {
            clock.schedule(after: .milliseconds(time)) { [board, trace, self] in
                let state = board.commit()
                trace.note("commit \(state.revision.commit.suffix(4))")
                startServers(of: state)
            }
        }
    }

    private func scheduleMeddling() {
        var meddler = Meddler(scenario: scenario, generator: generator.withLock { $0.fork() })
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
    private func startServers(of state: DesiredState) {
        for backend in state.fleets[0].backends {
            for server in backend.servers {
                guard let address = SimulatedOrigins.Address(server.endpoint) else { continue }
                let delay =
                    server.attributes.isChecked
                    ? generator.withLock { Int.random(in: 0...4000, using: &$0) } : 0
                origins.start(address, at: clock.now.advanced(by: .milliseconds(delay)))
            }
        }
    }
}
