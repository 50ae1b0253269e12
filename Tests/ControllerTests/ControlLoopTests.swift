import Logging
import Model
import Simulation
import Testing

@testable import Controller

@Suite struct ControlLoopTests {
    /// A loop over a folder and a pretended fleet, in simulated time.
    private struct Stage {
        let worktree: Worktree
        let fleet = PretendFleet(["lb1", "lb2"])
        let clock = SimulatedClock()
        let board = StatusBoard(repository: "test", ref: "HEAD")
        let transcript = Transcript()
        let loop: ControlLoop
        let database: StateDatabase

        init() throws {
            worktree = try Worktree()
            database = try Fixture.database()
            let console = transcript.console()
            let logger = Logger(label: "test") { _ in
                EventLog(
                    format: .text,
                    style: TerminalStyle(hasColor: false),
                    now: { 0 },
                    write: console.err
                )
            }
            loop = ControlLoop(
                source: RepositorySource(
                    worktree.path,
                    worktree: true,
                    state: worktree.state,
                    executable: ""
                ),
                configuration: ControllerConfiguration(state: worktree.state, seed: 1),
                reconciliation: Reconciliation(transport: fleet, clock: clock),
                database: database,
                board: board,
                logger: logger
            )
        }

        /// Runs the loop while `body` plays the world, then ends it.
        func play(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup { group in
                group.addTask { try await loop.run() }
                // Also when the body fails: the group waits for the loop, which would go on for ever.
                defer { loop.inbox.add(.stop) }
                try await body()
                loop.inbox.add(.stop)
                try await group.waitForAll()
            }
        }

        /// Lets time pass until something holds; at most an hour of simulated time.
        func wait(until condition: () -> Bool) async throws {
            var idle = 0
            let real = ContinuousClock()
            var advanced = real.now
            while !condition() {
                try #require(clock.now.sinceStart < .seconds(3600), "\(transcript.err)")
                for _ in 0..<20 { await Task.yield() }
                idle += 1
                // Work that needs no time gets real time first, so that the clock does not run ahead of it even
                // when the machine has much else to do.
                if idle % 200 == 0, real.now - advanced > .milliseconds(1),
                    let next = clock.nextDeadline
                {
                    advanced = real.now
                    clock.advance(to: min(next, clock.now.advanced(by: .seconds(1))))
                }
            }
        }

        var edge: Status.Fleet? { board.status.fleets.first }
    }

    @Test func `the loop brings the fleet there and says it is ready`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            #expect(stage.fleet["lb1"].servers.count == 2)
            #expect(stage.board.isReady)
        }
        #expect(stage.transcript.err.contains("fleet converged"))
    }

    @Test func `a push is acted on at once`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            try stage.worktree.servers(["s1: 127.0.0.1:8001", "s3: 127.0.0.1:8003"])
            stage.loop.inbox.add(.push)
            try await stage.wait { stage.fleet["lb2"].servers.keys.sorted() == ["s1", "s3"] }
        }
        #expect(stage.board.metrics.contains("apus_triggers_total{kind=\"push\"} 1"))
    }

    @Test func `a revision with mistakes leaves the last good one running`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            try stage.worktree.servers(["s1: nonsense"])
            stage.loop.inbox.add(.push)
            try await stage.wait { !stage.board.status.diagnostics.isEmpty }
            stage.fleet.change("lb1") { $0.servers["s2"]?.weight = 99 }
            try await stage.wait { stage.fleet["lb1"].servers["s2"]?.weight == 1 }
            #expect(stage.fleet["lb1"].servers.count == 2)
        }
        #expect(stage.transcript.err.contains("revision rejected"))
    }

    @Test func `a change that a policy denies waits until somebody acknowledges it`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            try stage.worktree.write(
                "guard.yaml",
                """
                apiVersion: apus/v1
                kind: Policy
                metadata: {name: guard}
                spec:
                  enforcement: override
                  validations: [{expression: "plan.remove == 0", message: nothing leaves}]
                """
            )
            try stage.worktree.servers(["s1: 127.0.0.1:8001"])
            stage.loop.inbox.add(.push)
            try await stage.wait {
                stage.edge?.message == "denied by policy guard: nothing leaves"
            }
            #expect(stage.edge?.condition == .stalled)
            #expect(stage.fleet["lb1"].servers.count == 2)
            let digest = try #require(
                stage.transcript.err.firstMatch(of: #/--plan (sha256:[0-9a-f]{64})/#)
            )
            try stage.database.acknowledge(
                Acknowledgement(
                    policy: "guard",
                    plan: String(digest.output.1),
                    reason: "the sale is over",
                    actor: "ada",
                    expires: .max
                )
            )
            try await stage.wait { stage.edge?.condition == .ready }
            #expect(stage.fleet["lb2"].servers.keys.sorted() == ["s1"])
        }
        #expect(stage.transcript.err.contains("the sale is over"))
    }

    @Test func `drift is found, repaired and counted`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            stage.fleet.change("lb1") { $0.servers["s1"]?.weight = 42 }
            try await stage.wait { stage.fleet["lb1"].servers["s1"]?.weight == 1 }
            try await stage.wait { stage.edge?.driftRepaired == 1 }
        }
        #expect(stage.transcript.err.contains("drift found"))
        #expect(stage.board.metrics.contains("apus_drift_total{fleet=\"edge\"} 1"))
    }

    @Test func `a proxy that restarted gets its state back at once`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            let before = stage.clock.now.sinceStart
            stage.fleet.change("lb2") { $0 = PretendFleet.Proxy(pid: 4711) }
            try await stage.wait { stage.fleet["lb2"].servers.count == 2 }
            #expect(stage.clock.now.sinceStart - before < .seconds(8))
            try await stage.wait { stage.transcript.err.contains("proxy restored") }
        }
    }

    @Test func `a proxy that is down is left alone longer and longer, the others are kept`()
        async throws
    {
        let stage = try Stage()
        stage.fleet.change("lb1") { $0.isDown = true }
        try await stage.play {
            try await stage.wait { stage.fleet["lb2"].servers.count == 2 }
            try await stage.wait { stage.edge?.condition == .stalled }
            let since = stage.clock.now.sinceStart
            try await stage.wait { stage.clock.now.sinceStart - since > .seconds(120) }
            stage.fleet.change("lb1") { $0.isDown = false }
            try await stage.wait { stage.edge?.condition == .ready }
        }
        let lines = stage.transcript.err.split(separator: "\n")
        #expect(lines.count { $0.contains("proxy unreachable") } == 1)
    }

    @Test func `what a proxy refused is not sent again until something changes`() async throws {
        let stage = try Stage()
        stage.fleet.change("lb1") { $0.isReadOnly = true }
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .stalled }
            let since = stage.clock.now.sinceStart
            try await stage.wait { stage.clock.now.sinceStart - since > .seconds(60) }
            let sent = stage.fleet["lb1"].writes.count
            try await stage.wait { stage.clock.now.sinceStart - since > .seconds(600) }
            #expect(stage.fleet["lb1"].writes.count == sent)
            stage.fleet.change("lb1") { $0.isReadOnly = false }
            try stage.worktree.servers(["s1: 127.0.0.1:8001"])
            stage.loop.inbox.add(.push)
            try await stage.wait { stage.edge?.condition == .ready }
        }
        #expect(stage.fleet["lb1"].servers.keys.sorted() == ["s1"])
    }

    @Test func `nothing changed means nothing is parsed again`() async throws {
        let stage = try Stage()
        try await stage.play {
            try await stage.wait { stage.edge?.condition == .ready }
            for _ in 0..<5 {
                stage.loop.inbox.add(.push)
                let before = stage.clock.now.sinceStart
                try await stage.wait { stage.clock.now.sinceStart > before }
            }
        }
        #expect(stage.board.metrics.contains("apus_files_total{how=\"parsed\"} 3\n"))
    }
}
