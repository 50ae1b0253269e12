import Logging
import Model
import Simulation
import Testing

@testable import Controller

@Suite struct FleetLoopTests {
    private let fleet = PretendFleet(["lb1", "lb2"])
    private let board = StatusBoard(repository: "test", ref: "HEAD")

    private func loop(_ folder: TemporaryFolder, _ clock: any Clock<Duration>) throws -> FleetLoop {
        let state = StateDirectory(path: folder.path)
        var configuration = ControllerConfiguration(state: state, seed: 1)
        configuration.retry = Backoff(base: .milliseconds(20), limit: .milliseconds(40))
        return FleetLoop(
            FleetLoop.Assignment(fleet: try Fixture.fleet(), revision: Fixture.older, pushed: nil),
            source: RepositorySource(folder.path, worktree: true, state: state, executable: ""),
            configuration: configuration,
            reconciliation: Reconciliation(transport: fleet, clock: clock),
            database: try Fixture.database(),
            board: board,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            uptime: Uptime(clock),
            seed: 1
        )
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
