import Model
import Proxy
import RuntimeAPI
import Simulation

/// One life of one proxy: the real runtime service and table, with simulated workers, checks and clients.
///
/// Everything happens when someone calls a method; what has to happen later is asked of `alarms`.
final class SimulatedProcess {
    /// One Runtime API session.
    private struct Session {
        var session: ServerSession
        let connection: SimulatedConnection
        let pass: Int
        var wait: PendingWait?
    }

    /// What is shared by every life of every proxy.
    struct Surroundings: Sendable {
        let clock: SimulatedClock
        let origins: SimulatedOrigins
        let trace: Trace
        let configuration: ProxyConfiguration
        /// From one request to the next, on average.
        let requestInterval: Duration
    }

    let name: ProxyName
    let identity: ProcessIdentity
    let plane: SimulatedDataPlane
    private let service: RuntimeService
    private let surroundings: Surroundings
    private let alarms: ProcessAlarms
    private let started: SimulatedClock.Instant
    private var generator: SeededGenerator
    private var balancer = LoadBalancer()
    private var sessions: [Int: Session] = [:]
    private var lastSession = 0
    private var targets: [CheckTarget.ID: CheckTarget] = [:]
    private var targetGeneration: UInt64?
    private var planeViolations = 0
    private var planeShutdowns = 0
    /// What must never happen and did.
    private(set) var violations: [String] = []
    private(set) var requests = 0
    private(set) var writes = 0
    /// Commands typed past Apus.
    private(set) var handmade = (settled: 0, unsettled: 0)
    private var lastWritingPass = 0

    init(
        name: ProxyName,
        identity: ProcessIdentity,
        surroundings: Surroundings,
        alarms: ProcessAlarms,
        generator: SeededGenerator
    ) {
        self.name = name
        self.identity = identity
        self.surroundings = surroundings
        self.alarms = alarms
        self.generator = generator
        started = surroundings.clock.now
        plane = SimulatedDataPlane(
            lag: .milliseconds(Int.random(in: 0...5, using: &self.generator))
        )
        service = RuntimeService(
            configuration: surroundings.configuration,
            plane: plane,
            identity: identity
        )
        service.publishIfNeeded()
        settle()
        scheduleRequest()
    }

    /// By backend number.
    var backendNames: [String] { surroundings.configuration.backends.map(\.name) }

    private var now: Milliseconds {
        let (seconds, attoseconds) = (surroundings.clock.now.sinceStart - started.sinceStart)
            .components
        return Milliseconds(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }

    /// Lets workers and checks catch up with the table, and collects what workers complain about.
    private func settle() {
        plane.advance(to: surroundings.clock.now)
        refreshTargets()
        for violation in plane.violations[planeViolations...] { report(violation) }
        planeViolations = plane.violations.count
        for shutdown in plane.shutdowns[planeShutdowns...] {
            report("\(shutdown.requests) requests on slot \(shutdown.slot) were shut down")
        }
        planeShutdowns = plane.shutdowns.count
    }

    private func report(_ violation: String) {
        violations.append("\(name): \(violation)")
        surroundings.trace.note("VIOLATION \(name): \(violation)")
    }
}

// MARK: - Runtime API

extension SimulatedProcess {
    /// A client connected; the number names its session from now on.
    func open(_ connection: SimulatedConnection, pass: Int) -> Int {
        lastSession += 1
        let session = ServerSession(level: .admin)
        sessions[lastSession] = Session(session: session, connection: connection, pass: pass)
        return lastSession
    }

    /// Bytes of a client arrived.
    func receive(_ bytes: [UInt8], from number: Int) {
        plane.advance(to: surroundings.clock.now)
        sessions[number]?.session.receive(bytes)
        pump(number)
    }

    /// The client closed its side.
    func receiveEnd(from number: Int) {
        plane.advance(to: surroundings.clock.now)
        sessions[number]?.session.receiveEnd()
        pump(number)
    }

    /// Sessions that are open, to check that nothing accumulates them.
    var openSessions: Int { sessions.count }

    /// The process dies: every client sees the end.
    func die() {
        for number in sessions.keys.sorted() { sessions[number]?.connection.deliverEnd() }
        sessions.removeAll()
    }

    private func pump(_ number: Int) {
        var replies: [UInt8] = []
        var closes = false
        while sessions[number]?.wait == nil, let action = sessions[number]?.session.next() {
            switch action {
            case .reply(let bytes): replies += bytes
            case .close: closes = true
            case .execute(let command, let payload):
                replies += execute(command, payload: payload, for: number)
            }
        }
        // Replies leave after the publish, as in the real control thread.
        service.publishIfNeeded()
        settle()
        if !replies.isEmpty { sessions[number]?.connection.deliver(replies) }
        if closes {
            sessions.removeValue(forKey: number)?.connection.deliverEnd()
            service.endSession(UInt64(number))
        }
    }

    private func execute(_ command: RuntimeCommand, payload: String?, for number: Int) -> [UInt8] {
        let level = sessions[number]?.session.level ?? .user
        let execution = service.execute(
            command,
            payload: payload,
            level: level,
            now: now,
            session: UInt64(number)
        )
        switch execution {
        case .reply(let reply):
            if command.isWrite { noteWrite(command, reply, pass: sessions[number]?.pass ?? 0) }
            return sessions[number]?.session.finish(reply) ?? []
        case .pending(let wait):
            sessions[number]?.wait = wait
            schedulePoll(at: wait.pollAgainAt, for: number)
            return []
        }
    }

    /// Someone types a command at the socket, past Apus.
    func executeByHand(_ command: RuntimeCommand) {
        plane.advance(to: surroundings.clock.now)
        handmade.unsettled += 1
        if case .reply(let reply) = service.execute(command, payload: nil, level: .admin, now: now)
        {
            surroundings.trace.note("\(name) by hand: \(command.text) -> \(reply.text.prefix(80))")
        }
        service.publishIfNeeded()
        settle()
        // What it did to the capacity shows when the workers have seen it.
        alarms.schedule(after: .milliseconds(10)) { process in
            process.plane.advance(to: process.surroundings.clock.now)
            process.handmade.unsettled -= 1
            process.handmade.settled += 1
        }
    }

    private func noteWrite(_ command: RuntimeCommand, _ reply: RuntimeReply, pass: Int) {
        writes += 1
        surroundings.trace.note("\(name) pass \(pass): \(command.text) -> \(reply.text.prefix(80))")
        if pass < lastWritingPass {
            report(
                "pass \(pass) wrote '\(command.text)' after pass \(lastWritingPass) had begun to write"
            )
        }
        lastWritingPass = max(lastWritingPass, pass)
    }

    private func schedulePoll(at instant: Milliseconds, for number: Int) {
        // At least a little later, so that a poll that asks to be repeated at once cannot stop time.
        let delay = Duration.milliseconds(max(1, instant.count - now.count))
        alarms.schedule(after: delay) { process in process.poll(number) }
    }

    private func poll(_ number: Int) {
        guard let wait = sessions[number]?.wait else { return }
        plane.advance(to: surroundings.clock.now)
        guard let reply = service.poll(wait, now: now) else {
            let again = wait.again(after: now)
            sessions[number]?.wait = again
            return schedulePoll(at: again.pollAgainAt, for: number)
        }
        sessions[number]?.wait = nil
        let bytes = sessions[number]?.session.finish(reply) ?? []
        sessions[number]?.connection.deliver(bytes)
        pump(number)
    }
}

// MARK: - Checks

extension SimulatedProcess {
    private func refreshTargets() {
        guard targetGeneration != service.checkGeneration else { return }
        targetGeneration = service.checkGeneration
        let known = targets
        targets = [:]
        for target in service.checkTargets {
            targets[target.id] = target
            if known[target.id] == nil {
                let spread = Int.random(in: 0...max(1, target.interval.count), using: &generator)
                scheduleCheck(of: target.id, after: Milliseconds(spread))
            }
        }
    }

    private func scheduleCheck(of id: CheckTarget.ID, after delay: Milliseconds) {
        alarms.schedule(after: delay.duration) { process in process.startCheck(of: id) }
    }

    private func startCheck(of id: CheckTarget.ID) {
        guard let target = targets[id] else { return }
        let address = SimulatedOrigins.Address(target.endpoint)
        let isUp =
            address.map { surroundings.origins.isUp($0, at: surroundings.clock.now) } ?? false
        let latency = Milliseconds(Int.random(in: 1...20, using: &generator))
        let result = CheckResult(isUp ? .layer4OK : .layer4Refused, duration: latency)
        alarms.schedule(after: latency.duration) { process in process.finishCheck(of: id, result) }
    }

    private func finishCheck(of id: CheckTarget.ID, _ result: CheckResult) {
        plane.advance(to: surroundings.clock.now)
        let next = service.record(result, for: id, now: now)
        service.publishIfNeeded()
        settle()
        if let next { scheduleCheck(of: id, after: Milliseconds(max(1, next.count))) }
    }
}

// MARK: - Traffic

extension SimulatedProcess {
    private func scheduleRequest() {
        let mean = Int(surroundings.requestInterval / .milliseconds(1))
        let delay = Duration.milliseconds(Int.random(in: 1...max(2, 2 * mean), using: &generator))
        alarms.schedule(after: delay) { process in
            process.sendRequest()
            process.scheduleRequest()
        }
    }

    private func sendRequest() {
        plane.advance(to: surroundings.clock.now)
        requests += 1
        let host = Int.random(in: 1...8, using: &generator)
        let request = SimulatedRequest(host: "host\(host).example", path: "/\(requests % 50)")
        let snapshot = plane.current
        let number = request.backend(in: snapshot)
        guard number >= 0, snapshot.backends[Int(number)].exists else {
            return plane.noteUnserved()
        }
        let backend = snapshot.backends[Int(number)]
        let plane = plane
        let index = balancer.pick(
            backend: Int(number),
            backend,
            key: request.key(for: backend),
            inFlight: { plane.inFlight(on: $0) },
            using: &generator
        )
        guard index >= 0 else { return plane.noteUnserved() }
        send(to: backend.servers[index])
        settle()
    }

    private func send(to server: ServerSnapshot) {
        let address = SimulatedOrigins.Address(server.address)
        if !surroundings.origins.isUp(address, at: surroundings.clock.now) {
            report("a request was sent to \(address), which never answered a check")
        }
        guard let ticket = plane.begin(on: server.slot) else { return }
        let length: Int
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: length = Int.random(in: 5_000...15_000, using: &generator)
        case 1...5: length = Int.random(in: 500...3_000, using: &generator)
        default: length = Int.random(in: 5...200, using: &generator)
        }
        alarms.schedule(after: .milliseconds(length)) { process in
            process.plane.advance(to: process.surroundings.clock.now)
            process.plane.end(ticket)
        }
    }
}
