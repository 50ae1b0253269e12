import Logging
import Model
import Planning
import Simulation
import Testing

@testable import Controller

@Suite struct FleetLoopTests {
    private let fleet = PretendFleet(["lb1", "lb2"])
    private let board = StatusBoard(repository: "test", ref: "HEAD")

    /// A loop over both proxies; `adjust` changes what the fleet should become.
    private func loop(
        _ folder: TemporaryFolder,
        _ clock: any Clock<Duration>,
        database: StateDatabase? = nil,
        adjust: (inout DesiredFleet) -> Void = { _ in }
    ) throws -> FleetLoop {
        let state = StateDirectory(path: folder.path)
        var configuration = ControllerConfiguration(state: state, seed: 1)
        configuration.retry = Backoff(base: .milliseconds(20), limit: .milliseconds(40))
        var fleet = try Fixture.fleet()
        adjust(&fleet)
        return FleetLoop(
            FleetLoop.Assignment(fleet: fleet, revision: Fixture.older, pushed: nil),
            FleetLoop.Surroundings(
                configuration: configuration,
                reconciliation: Reconciliation(transport: self.fleet, clock: clock),
                database: try database ?? Fixture.database(),
                board: board,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                former: { _ in nil },
                lock: { () throws(FleetLock.Unavailable) in
                    try FleetLock(on: Fixture.edge, in: state, holder: "test")
                }
            )
        )
    }

    /// Runs the loop while `body` plays the world, then ends it.
    private func play(_ loop: FleetLoop, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { await loop.run() }
            try await body()
            loop.stop()
            try await group.waitForAll()
        }
    }

    private var edge: Status.Fleet? { board.status.fleets.first }

    private func assignment(_ servers: [String], _ adjust: (inout DesiredFleet) -> Void) throws
        -> FleetLoop.Assignment
    {
        var fleet = try Fixture.fleet(servers: servers)
        adjust(&fleet)
        return FleetLoop.Assignment(fleet: fleet, revision: Fixture.revision, pushed: nil)
    }

    @Test(arguments: [false, true])
    func `a halted revision is not tried again before it changes`(rollsBack: Bool) async throws {
        let database = try Fixture.database()
        let loop = try loop(try TemporaryFolder(), ContinuousClock(), database: database)
        try await play(loop) {
            try await wait { edge?.condition == .ready }
            fleet.change("lb1") { $0.refused = "s2" }
            let halting = try assignment(["s1", "s2", "s3"]) { fleet in
                fleet.rollout.waves = [.count(1)]
                fleet.rollout.rollsBackOnHalt = rollsBack
            }
            loop.assign(halting)
            try await wait { edge?.message.hasPrefix("halted: lb1") == true }
            #expect(fleet["lb2"].servers.keys.sorted() == ["s1"])
            let lb1 = fleet["lb1"].servers.keys.sorted()
            #expect(lb1 == (rollsBack ? ["s1"] : ["s1", "s3"]))
            #expect(try database.halt(of: try FleetName("edge"))?.revision == Fixture.revision)
            fleet.change("lb1") { $0.refused = nil }
            loop.heed()
            try await wait { edge?.message.hasPrefix("halted: lb1") == true }
            #expect(fleet["lb2"].servers.keys.sorted() == ["s1"])
            // Somebody says so.
            try database.endHalt(of: try FleetName("edge"))
            try database.save(Quarantine(), of: try FleetName("edge"))
            loop.heed()
            try await wait { fleet["lb2"].servers.count == 3 }
            try await wait { edge?.condition == .ready }
        }
        let causes = try database.history(limit: 9).map(\.cause)
        #expect(causes.contains(.rollback) == rollsBack)
    }

    @Test func `a suspended fleet is left alone until it is resumed`() async throws {
        let database = try Fixture.database()
        let scope = Suspension.Scope(fleet: try FleetName("edge"))
        try database.suspend(Suspension(scope, reason: "audit", actor: "ada", expires: nil))
        let loop = try loop(try TemporaryFolder(), ContinuousClock(), database: database)
        try await play(loop) {
            try await wait { edge?.message.contains("suspended by ada: audit") == true }
            #expect(fleet["lb1"].writes.isEmpty)
            #expect(edge?.applied == nil)
            _ = try database.resume(scope)
            loop.heed()
            try await wait { edge?.applied == Fixture.older }
        }
    }

    @Test func `with a full disk nothing is changed, and it goes on when there is room`()
        async throws
    {
        let database = try Fixture.database()
        let loop = try loop(try TemporaryFolder(), ContinuousClock(), database: database)
        try await play(loop) {
            try await wait { edge?.condition == .ready }
            try database.fill()
            let large = (1...200).map { "s\($0)" }
            loop.assign(try assignment(large) { _ in })
            try await wait { edge?.message.contains("the disk is full; make room") == true }
            #expect(fleet["lb1"].servers.count == 1)
            try database.makeRoom()
            loop.heed()
            try await wait { edge?.applied == Fixture.revision }
        }
        #expect(fleet["lb1"].servers.count == 200)
    }

    @Test func `the next start says what a dead process left open`() async throws {
        let database = try Fixture.database()
        let name = try FleetName("edge")
        let record = PassRecord(
            fleet: name,
            revision: Fixture.older,
            cause: .revision,
            actor: "run"
        )
        let journal = try PassJournal(record, in: database)
        try journal.begin(try Fixture.plan().proxies)
        let loop = try loop(try TemporaryFolder(), ContinuousClock(), database: database)
        try await play(loop) { try await wait { edge?.condition == .ready } }
        let history = try database.history(of: name, limit: 9)
        #expect(history.map(\.result) == [.converged, .interrupted])
        #expect(try database.status() == nil || edge?.condition == .ready)
    }

    private func wait(until condition: () -> Bool) async throws {
        let uptime = Uptime(ContinuousClock())
        while !condition() {
            try #require(uptime.now < .seconds(30))
            await Task.yield()
        }
    }

    @Test func `of many assignments the newest wins`() async throws {
        let folder = try TemporaryFolder()
        let loop = try loop(folder, ContinuousClock())
        try await withThrowingTaskGroup { group in
            group.addTask { await loop.run() }
            for number in 2...9 {
                let servers = (1...number).map { "s\($0)" }
                let assignment = FleetLoop.Assignment(
                    fleet: try Fixture.fleet(servers: servers),
                    revision: Revision(commit: "\(number)", tree: "\(number)"),
                    pushed: nil
                )
                loop.assign(assignment)
            }
            try await wait { board.status.fleets.first?.applied?.commit == "9" }
            loop.stop()
            try await group.waitForAll()
        }
        #expect(fleet["lb1"].servers.count == 9)
        #expect(fleet["lb2"].servers.count == 9)
    }

    @Test func `a fleet that is locked is waited for, and the holder is told`() async throws {
        let folder = try TemporaryFolder()
        let state = StateDirectory(path: folder.path)
        var lock: FleetLock? = try FleetLock(
            on: try FleetName("edge"),
            in: state,
            holder: "apus apply, pid 7"
        )
        let loop = try loop(folder, ContinuousClock())
        try await withThrowingTaskGroup { group in
            group.addTask { await loop.run() }
            try await wait {
                board.status.fleets.first?.message.contains("apus apply, pid 7") == true
            }
            #expect(fleet["lb1"].connections == 0)
            if lock != nil { lock = nil }
            try await wait { board.status.fleets.first?.condition == .ready }
            loop.stop()
            try await group.waitForAll()
        }
    }

    @Test func `it stops while it waits for a lock`() async throws {
        let folder = try TemporaryFolder()
        let state = StateDirectory(path: folder.path)
        let lock = try FleetLock(on: try FleetName("edge"), in: state, holder: "somebody")
        let loop = try loop(folder, ContinuousClock())
        loop.stop()
        await loop.run()
        withExtendedLifetime(lock) {}
    }
}
