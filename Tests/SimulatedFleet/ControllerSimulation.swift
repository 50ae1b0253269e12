import Controller
import Fleet
import Logging
import Model
import Planning
package import Simulation
import Synchronization

/// Two controllers for one fleet, for one seed: they are killed and stopped, the disk fills, clocks jump.
///
/// Both are the real loop with its timers, back-off, ledger and history. During the first part anything may
/// happen, in the network too; then it is quiet, and the fleet must converge under whoever holds the lock.
package final class ControllerSimulation: Sendable {
    private struct State {
        var lives: [Int: (life: ControllerLife, loop: FleetLoop, board: StatusBoard)] = [:]
        var known: [Revision: DesiredFleet] = [:]
        var number = 0
    }

    private let world: SimulatedWorld
    private let lock = SimulatedLock()
    private let disk: StateDatabase
    private let wall: SimulatedWallClock
    private let state = Mutex(State())

    private init(seed: Seed, size: Scenario.Size) throws {
        world = try SimulatedWorld(
            seed: seed,
            size: size,
            requestInterval: .milliseconds(250)
        )
        let wall = SimulatedWallClock(world.clock)
        self.wall = wall
        disk = try StateDatabase(inMemory: "simulated") { wall.milliseconds }
    }

    /// Runs the seed to its end and tells what happened.
    package static func run(
        _ seed: Seed,
        size: Scenario.Size = .full
    ) throws -> SimulationReport {
        try ControllerSimulation(seed: seed, size: size).run()
    }

    private func run() -> SimulationReport {
        world.trace.note(world.scenario.description)
        remember(world.board.desired)
        world.startServers(of: world.board.desired)
        world.scheduleCommits { [self] in announce($0) }
        scheduleFaults()
        world.scheduleMeddling()
        world.scheduleRestarts()
        let violation = world.play(
            reserve: .seconds(300),
            afterInstant: { try self.checkLock() },
            { try await self.play() }
        )
        return world.report(violation, passes: (try? disk.history(limit: 100_000).count) ?? 0)
    }

    private func checkLock() throws(InvariantViolation) {
        let violation = state.withLock { state in
            state.lives.values.lazy.compactMap(\.life.violation).first
        }
        if let violation { throw InvariantViolation(violation) }
    }

    private func random(_ range: ClosedRange<Int>) -> Int { world.draw(range) }

    // MARK: The world

    /// What happens to controllers and to the machine they run on.
    private func scheduleFaults() {
        for _ in 0..<random(0...4) { world.schedule { [self] in kill() } }
        for _ in 0..<random(0...2) {
            let pause = Duration.milliseconds(random(1_000...60_000))
            world.schedule { [self] in stop(for: pause) }
        }
        for _ in 0..<random(0...2) {
            let start = random(1...world.lastBusy)
            let end = min(world.lastBusy + 1, start + random(1_000...20_000))
            world.clock.schedule(after: .milliseconds(start)) { [self] in
                world.trace.note("the disk is full")
                try? disk.fill()
            }
            world.clock.schedule(after: .milliseconds(end)) { [self] in
                world.trace.note("there is room on the disk")
                try? disk.makeRoom()
            }
        }
        for _ in 0..<random(0...2) { world.schedule { [self] in suspend() } }
        for _ in 0..<random(0...2) {
            let jump = random(-7_200_000...7_200_000)
            world.schedule { [self] in
                world.trace.note("the wall clock jumps by \(jump) ms")
                wall.jump(by: jump)
            }
        }
    }

    /// Each controller looks at the repository when it looks.
    private func announce(_ desired: DesiredState) {
        remember(desired)
        for number in state.withLock({ $0.lives.keys.sorted() }) {
            world.clock.schedule(after: .milliseconds(random(0...5_000))) { [self] in
                assign(world.board.desired, to: number)
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
        world.trace.note("controller \(life.number) is killed")
        life.kill()
    }

    /// One of them is stopped (SIGSTOP) and goes on later where it was, with its lock.
    private func stop(for pause: Duration) {
        let lives = state.withLock { state in
            state.lives.sorted { $0.key < $1.key }.map(\.value.life)
        }
        guard !lives.isEmpty else { return }
        let life = lives[random(0...lives.count - 1)]
        world.trace.note("controller \(life.number) is stopped for \(pause)")
        let quiet = SimulatedClock.Instant(sinceStart: world.scenario.quiet)
        life.stop(until: min(quiet, world.clock.now.advanced(by: pause)))
    }

    private func suspend() {
        let fleet = world.board.desired.fleets[0]
        var scope = Suspension.Scope(fleet: fleet.name)
        if random(0...1) == 0 { scope.proxy = fleet.proxies[0].name }
        let suspension = Suspension(
            scope,
            reason: "simulated",
            actor: "somebody",
            expires: wall.milliseconds + random(1_000...30_000)
        )
        world.trace.note("\(scope) is suspended")
        _ = try? disk.suspend(suspension)
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
            try? await world.clock.sleep(for: .milliseconds(random(0...3_000)))
            let number = state.withLock { state in
                state.number += 1
                return state.number
            }
            // Migrations write, so a start on a full disk fails; the supervisor tries again.
            guard let file = try? disk.shared() else { continue }
            let life = ControllerLife(
                number,
                network: world.network,
                clock: world.clock,
                lock: lock,
                database: file
            )
            world.trace.note("controller \(number) starts")
            await run(life)
            state.withLock { $0.lives[number] = nil }
        }
    }

    private func run(_ life: ControllerLife) async {
        let board = StatusBoard(repository: "simulated", ref: "main")
        let loop = FleetLoop(assignment(world.board.desired), surroundings(of: life, board))
        state.withLock { $0.lives[life.number] = (life, loop, board) }
        let uptime = Uptime(world.clock)
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
            reconciliation: Reconciliation(transport: life, clock: world.clock),
            database: life.database,
            board: board,
            logger: Logger(label: "simulated") { [self] _ in
                SimulatedOperator { [self] in acknowledge($0, plan: $1) }
            },
            former: { [self] revision in state.withLock { $0.known[revision] } },
            lock: { () throws(FleetLock.Unavailable) in try lock.take(life: life.number) }
        )
    }

    /// Somebody thinks for some seconds about what a policy keeps back, and lets it pass.
    private func acknowledge(_ policy: String, plan: String) {
        world.clock.schedule(after: .milliseconds(random(500...5_000))) { [self] in
            world.trace.note("\(policy) lets \(plan.prefix(15)) pass")
            let acknowledgement = Acknowledgement(
                policy: policy,
                plan: plan,
                reason: "simulated",
                actor: "somebody",
                expires: wall.milliseconds + 3_600_000
            )
            _ = try? disk.acknowledge(acknowledgement)
        }
    }

    // MARK: The end

    /// Waits until the one that holds the lock says that the fleet is there, twice, and looks itself.
    private func converge() async throws -> PassSequence.Rest {
        try await world.clock.sleep(for: world.scenario.quiet + .seconds(20))
        let name = world.board.desired.fleets[0].name
        let scopes = try disk.suspensions().map(\.scope)
        for scope in scopes { _ = try disk.resume(scope) }
        var calm = 0
        var waited = 0
        while calm < 25 {
            try await world.clock.sleep(for: .seconds(1))
            waited += 1
            guard .seconds(waited) < world.scenario.patience else {
                throw InvariantViolation(
                    "not converged \(world.scenario.patience) after it got quiet: \(words)"
                )
            }
            calm = isThere ? calm + 1 : 0
            // An operator who looks now and then and says: try again.
            guard waited % 60 == 1, !isThere else { continue }
            try disk.endHalt(of: name)
            try disk.save(Quarantine(), of: name)
            for entry in state.withLock({ $0.lives.sorted { $0.key < $1.key }.map(\.value) }) {
                entry.loop.assign(assignment(world.board.desired))
            }
        }
        let reconciliation = Reconciliation(transport: world.network, clock: world.clock)
        let fleet = world.board.desired.fleets[0]
        let goal = Reconciliation.Goal(
            fleet,
            revision: world.board.desired.revision,
            previous: try declared(on: fleet)
        )
        for proxy in holder?.board.status.fleets.first?.proxies ?? [] {
            world.trace.note("\(proxy.name) in the end: \(proxy.isInSync) \(proxy.message)")
        }
        let planned = await reconciliation.plan(goal)
        let remarks = planned.plan.proxies.flatMap(\.remarks)
        return PassSequence.Rest(
            observed: planned.observed.values.sorted { $0.name < $1.name },
            isPostponed: remarks.contains { $0.kind == .postponed }
        )
    }

    /// What the ledger says that proxies may hold.
    private func declared(on fleet: DesiredFleet) throws -> [ProxyName: DesiredFleet] {
        let ledger = try disk.ledger(of: fleet.name)
        let known = state.withLock(\.known)
        var declared: [ProxyName: DesiredFleet] = [:]
        for proxy in fleet.proxies {
            for state in ledger.revisions(on: proxy.name).compactMap({ known[$0] }) {
                declared[proxy.name] = declared[proxy.name]?.declaring(also: state) ?? state
            }
        }
        return declared
    }

    private var isThere: Bool {
        guard let fleet = holder?.board.status.fleets.first else { return false }
        guard fleet.attempted == world.board.desired.revision, !fleet.proxies.isEmpty else {
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
