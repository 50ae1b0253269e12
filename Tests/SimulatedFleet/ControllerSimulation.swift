import Controller
import Fleet
import Logging
import Model
import Planning
import Proxy
package import Simulation
import Synchronization

/// Two controllers for one fleet, for one seed: they are killed and started, the disk fills, clocks jump.
///
/// Both are the real loop with its timers, back-off, ledger and history. During the first part anything may
/// happen, in the network too; then it is quiet, and the fleet must converge under whoever holds the lock.
package final class ControllerSimulation: Sendable {
    private struct State {
        var lives: [Int: (life: ControllerLife, loop: FleetLoop, board: StatusBoard)] = [:]
        var generator: SeededGenerator
        var known: [Revision: DesiredFleet] = [:]
        var number = 0
    }

    private let scenario: Scenario
    private let clock = SimulatedClock()
    private let trace: Trace
    private let origins = SimulatedOrigins()
    private let board: PassBoard
    private let proxies: [SimulatedProxy]
    private let network: SimulatedNetwork
    private let executor: SimulatedExecutor
    private let lock = SimulatedLock()
    private let disk: StateDatabase
    private let wall: SimulatedWallClock
    private let state: Mutex<State>

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
            requestInterval: .milliseconds(250)
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
        state = Mutex(State(generator: generator))
        let wall = SimulatedWallClock(clock)
        self.wall = wall
        disk = try StateDatabase(inMemory: "simulated") { wall.milliseconds }
    }

    /// Runs the seed to its end and tells what happened.
    package static func run(_ seed: Seed) throws -> SimulationReport {
        try ControllerSimulation(seed: seed).run()
    }

    private func run() -> SimulationReport {
        trace.note(scenario.description)
        remember(board.desired)
        startServers(of: board.desired)
        scheduleWorld()
        let invariants = Invariants(proxies: proxies, board: board, clock: clock)
        var violation: String?
        do {
            let rest = try executor.run(
                until: scenario.quiet + scenario.patience + .seconds(300),
                afterInstant: {
                    try invariants.check()
                    try self.checkLock()
                },
                { try await self.play() }
            )
            let check = ConvergedFleet(
                desired: board.desired.fleets[0],
                scenario: scenario,
                rest: rest
            )
            try check.check(proxies)
        } catch {
            violation = "\(error)"
        }
        let totals = proxies.compactMap { proxy in proxy.withProcess { ($0.requests, $0.writes) } }
        return SimulationReport(
            seed: scenario.seed,
            violation: violation,
            trace: trace.recent,
            digest: trace.digest,
            passes: (try? disk.history(limit: 100_000).count) ?? 0,
            requests: totals.reduce(0) { $0 + $1.0 },
            writes: totals.reduce(0) { $0 + $1.1 },
            duration: clock.now.sinceStart,
            quiet: scenario.quiet
        )
    }

    private func checkLock() throws(InvariantViolation) {
        let violation = state.withLock { state in
            state.lives.values.lazy.compactMap(\.life.violation).first
        }
        if let violation { throw InvariantViolation(violation) }
    }

    private func random(_ range: ClosedRange<Int>) -> Int {
        state.withLock { Int.random(in: range, using: &$0.generator) }
    }

    // MARK: The world

    private func scheduleWorld() {
        let quiet = Int(scenario.quiet.components.seconds) * 1000
        for _ in 0..<max(1, quiet / 10_000) {
            clock.schedule(after: .milliseconds(random(1...quiet - 1))) { [self] in commit() }
        }
        for _ in 0..<random(0...4) {
            clock.schedule(after: .milliseconds(random(1...quiet - 1))) { [self] in kill() }
        }
        for _ in 0..<random(0...2) {
            let start = random(1...quiet - 1)
            let end = min(quiet, start + random(1_000...20_000))
            clock.schedule(after: .milliseconds(start)) { [self] in
                trace.note("the disk is full")
                try? disk.fill()
            }
            clock.schedule(after: .milliseconds(end)) { [self] in
                trace.note("there is room on the disk")
                try? disk.makeRoom()
            }
        }
        for _ in 0..<random(0...2) {
            clock.schedule(after: .milliseconds(random(1...quiet - 1))) { [self] in suspend() }
        }
        for _ in 0..<random(0...2) {
            let jump = random(-7_200_000...7_200_000)
            clock.schedule(after: .milliseconds(random(1...quiet - 1))) { [self] in
                trace.note("the wall clock jumps by \(jump) ms")
                wall.jump(by: jump)
            }
        }
        var meddler = Meddler(
            scenario: scenario,
            generator: state.withLock { $0.generator.fork() }
        )
        if let address = Endpoint("\(Meddler.address):8080").flatMap(SimulatedOrigins.Address.init)
        {
            origins.start(address, at: clock.now)
        }
        for (delay, name, command) in meddler.commands() {
            guard let proxy = proxies.first(where: { $0.name == name }) else { continue }
            clock.schedule(after: delay) { proxy.withProcess { $0.executeByHand(command) } }
        }
    }

    private func commit() {
        let desired = board.commit()
        trace.note("commit \(desired.revision.commit.suffix(4))")
        remember(desired)
        startServers(of: desired)
        // Each controller looks at the repository when it looks.
        for number in state.withLock({ $0.lives.keys.sorted() }) {
            clock.schedule(after: .milliseconds(random(0...5_000))) { [self] in
                assign(board.desired, to: number)
            }
        }
    }

    private func assign(_ desired: DesiredState, to number: Int) {
        let loop = state.withLock { $0.lives[number]?.loop }
        loop?.assign(assignment(desired))
    }

    private func assignment(_ desired: DesiredState) -> FleetLoop.Assignment {
        FleetLoop.Assignment(fleet: desired.fleets[0], revision: desired.revision, pushed: nil)
    }

    private func remember(_ desired: DesiredState) {
        state.withLock { $0.known[desired.revision] = desired.fleets[0] }
    }

    private func kill() {
        let lives = state.withLock { state in
            state.lives.sorted { $0.key < $1.key }.map(\.value.life)
        }
        guard !lives.isEmpty else { return }
        let life = lives[random(0...lives.count - 1)]
        trace.note("controller \(life.number) is killed")
        life.kill()
    }

    private func suspend() {
        let fleet = board.desired.fleets[0]
        var scope = Suspension.Scope(fleet: fleet.name)
        if random(0...1) == 0 { scope.proxy = fleet.proxies[0].name }
        let suspension = Suspension(
            scope,
            reason: "simulated",
            actor: "somebody",
            expires: wall.milliseconds + random(1_000...30_000)
        )
        trace.note("\(scope) is suspended")
        _ = try? disk.suspend(suspension)
    }

    private func startServers(of desired: DesiredState) {
        for backend in desired.fleets[0].backends {
            for server in backend.servers {
                guard let address = SimulatedOrigins.Address(server.endpoint) else { continue }
                let delay = server.attributes.isChecked ? random(0...4000) : 0
                origins.start(address, at: clock.now.advanced(by: .milliseconds(delay)))
            }
        }
    }

    // MARK: The controllers

    private func play() async throws -> PassSequence.Rest {
        try await withThrowingTaskGroup(of: PassSequence.Rest?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await self.keepStarting()
                    return nil
                }
            }
            group.addTask { try await self.converge() }
            while let rest = try await group.next() {
                guard let rest else { continue }
                group.cancelAll()
                return rest
            }
            throw InvariantViolation("nobody looks at the fleet")
        }
    }

    /// One controller after the other, as a supervisor starts them.
    private func keepStarting() async {
        while !Task.isCancelled {
            try? await clock.sleep(for: .milliseconds(random(0...3_000)))
            let number = state.withLock { state in
                state.number += 1
                return state.number
            }
            // Migrations write, so a start on a full disk fails; the supervisor tries again.
            guard let file = try? disk.shared() else { continue }
            let life = ControllerLife(number, network: network, lock: lock, database: file)
            trace.note("controller \(number) starts")
            await run(life)
            state.withLock { $0.lives[number] = nil }
        }
    }

    private func run(_ life: ControllerLife) async {
        let board = StatusBoard(repository: "simulated", ref: "main")
        let loop = FleetLoop(assignment(self.board.desired), surroundings(of: life, board))
        state.withLock { $0.lives[life.number] = (life, loop, board) }
        let uptime = Uptime(clock)
        await withTaskGroup { group in
            group.addTask { await loop.run() }
            group.addTask {
                _ = await life.death.take(within: .seconds(100_000), on: uptime)
            }
            await group.next()
            group.cancelAll()
            await life.bury()
        }
    }

    private func surroundings(of life: ControllerLife, _ board: StatusBoard)
        -> FleetLoop.Surroundings
    {
        var configuration = ControllerConfiguration(
            state: StateDirectory(path: "/nonexistent"),
            seed: UInt64(life.number)
        )
        configuration.holder = "controller \(life.number)"
        configuration.heartbeat = .seconds(2)
        let lock = lock
        return FleetLoop.Surroundings(
            configuration: configuration,
            reconciliation: Reconciliation(transport: life, clock: clock),
            database: life.database,
            board: board,
            logger: Logger(label: "simulated") { _ in SwiftLogNoOpLogHandler() },
            former: { [self] revision in state.withLock { $0.known[revision] } },
            lock: { () throws(FleetLock.Unavailable) in try lock.take(life: life.number) }
        )
    }

    // MARK: The end

    /// Waits until the one that holds the lock says that the fleet is there, twice, and looks itself.
    private func converge() async throws -> PassSequence.Rest {
        try await clock.sleep(for: scenario.quiet + .seconds(20))
        let name = board.desired.fleets[0].name
        let scopes = try disk.suspensions().map(\.scope)
        for scope in scopes { _ = try disk.resume(scope) }
        var calm = 0
        var waited = 0
        while calm < 25 {
            try await clock.sleep(for: .seconds(1))
            waited += 1
            guard .seconds(waited) < scenario.patience else {
                throw InvariantViolation(
                    "not converged \(scenario.patience) after it got quiet: \(words)"
                )
            }
            calm = isThere ? calm + 1 : 0
            // An operator who looks now and then and says: try again.
            guard waited % 60 == 1, !isThere else { continue }
            try disk.endHalt(of: name)
            try disk.save(Quarantine(), of: name)
            for entry in state.withLock({ $0.lives.sorted { $0.key < $1.key }.map(\.value) }) {
                entry.loop.assign(assignment(board.desired))
            }
        }
        let reconciliation = Reconciliation(transport: network, clock: clock)
        let goal = Reconciliation.Goal(
            board.desired.fleets[0],
            revision: board.desired.revision
        )
        let planned = await reconciliation.plan(goal)
        let remarks = planned.plan.proxies.flatMap(\.remarks)
        return PassSequence.Rest(
            observed: planned.observed.values.sorted { $0.name < $1.name },
            isPostponed: remarks.contains { $0.kind == .postponed }
        )
    }

    private var isThere: Bool {
        guard let fleet = holder?.board.status.fleets.first else { return false }
        guard fleet.attempted == board.desired.revision, !fleet.proxies.isEmpty else {
            return false
        }
        // What the capacity floor keeps back stays back, and the check at the end knows that.
        return fleet.proxies.allSatisfy {
            $0.isInSync || $0.message.contains("must wait: capacity")
        }
    }

    private var words: String {
        guard let holder else { return "nobody holds the lock" }
        let fleet = holder.board.status.fleets.first
        return "controller \(holder.life.number): \(fleet?.condition.rawValue ?? "") "
            + (fleet?.message ?? "no pass")
    }

    private var holder: (life: ControllerLife, loop: FleetLoop, board: StatusBoard)? {
        guard let number = lock.current else { return nil }
        return state.withLock { $0.lives[number] }
    }
}
