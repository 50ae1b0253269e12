import FoundationEssentials
import Model
import Planning
import Testing

@testable import Controller

@Suite struct SessionTests {
    private let fleet = PretendFleet(["lb1", "lb2"])
    private let transcript = Transcript()

    private var yes: Session.ApplyOptions {
        var options = Session.ApplyOptions()
        options.yes = true
        return options
    }

    @Test func `a folder without mistakes is counted`() async throws {
        let worktree = try Worktree()
        let status = await worktree.session(fleet, transcript).run { try await $0.check() }
        #expect(status == .ok)
        #expect(
            transcript.out
                == "✓ worktree is valid: 1 fleet, 2 proxies, 1 backend, 2 servers, 1 map in 3 files\n"
        )
    }

    @Test func `mistakes are told and change nothing`() async throws {
        let worktree = try Worktree()
        try worktree.servers(["s1: 127.0.0.1:99999", "s2: {adress: 127.0.0.1:8002}"])
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.check() } == .error)
        #expect(
            transcript.err.contains("2 errors in 1 file")
                || transcript.err.contains("3 errors in 1 file")
        )
        #expect(await session.run { try await $0.apply(yes) } == .error)
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test func `apply brings every proxy there, and the next plan is empty`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        #expect(fleet["lb1"].servers.keys.sorted() == ["s1", "s2"])
        #expect(fleet["lb2"].map.map(\.value) == ["shop"])
        #expect(transcript.out.hasSuffix("Applied. 2 of 2 proxies at worktree.\n"))
        var planning = Session.PlanOptions()
        planning.detailedExitStatus = true
        #expect(await session.run { try await $0.plan(planning) } == .ok)
    }

    @Test func `changes are status 2 for those who asked`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        var planning = Session.PlanOptions()
        #expect(await session.run { try await $0.plan(planning) } == .ok)
        planning.detailedExitStatus = true
        #expect(await session.run { try await $0.plan(planning) } == .changes)
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test func `what a former revision declared and this one does not is removed`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        try worktree.servers(["s2: {address: \"127.0.0.1:8002\", weight: 7}"])
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        #expect(fleet["lb1"].servers.keys.sorted() == ["s2"])
        #expect(fleet["lb2"].servers["s2"]?.weight == 7)
    }

    @Test func `without a terminal nobody is asked and nothing is applied`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(Session.ApplyOptions()) } == .error)
        #expect(transcript.err.contains("pass --yes"))
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test(arguments: [("yes", CommandStatus.ok), ("y", .error), ("", .error)])
    func `only yes applies`(answer: String, expected: CommandStatus) async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript, answer: answer)
        #expect(await session.run { try await $0.apply(Session.ApplyOptions()) } == expected)
        #expect(fleet["lb1"].writes.isEmpty == (expected != .ok))
    }

    @Test func `one proxy that is down does not stop the other`() async throws {
        let worktree = try Worktree()
        fleet.change("lb1") { $0.isDown = true }
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .partlyApplied)
        #expect(fleet["lb2"].servers.count == 2)
        #expect(transcript.err.contains("error: lb1: observing: the connection was refused"))
    }

    @Test func `a proxy that refuses is quoted with the line that asked`() async throws {
        let worktree = try Worktree()
        fleet.change("lb2") { $0.isReadOnly = true }
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .partlyApplied)
        #expect(transcript.err.contains("Not today, says the test."))
        #expect(transcript.err.contains("(shop.yaml:") || transcript.err.contains("(hosts.yaml:"))
    }

    @Test func `what must wait for capacity has not converged in time`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        try worktree.servers(["s1: 127.0.0.1:8001"], and: "  minCapacity: 90%")
        var applying = yes
        applying.timeout = .milliseconds(500)
        #expect(await session.run { try await $0.apply(applying) } == .notConverged)
        #expect(fleet["lb1"].servers.count == 2)
        #expect(!transcript.out.contains("No changes."))
    }

    @Test func `a saved plan is applied as it is`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        var planning = Session.PlanOptions()
        planning.out = worktree.folder.path + "/plan.json"
        #expect(await session.run { try await $0.plan(planning) } == .ok)
        var applying = yes
        applying.planFile = planning.out
        #expect(await session.run { try await $0.apply(applying) } == .ok)
        #expect(fleet["lb1"].servers.count == 2)
    }

    @Test func `a saved plan that no longer fits is refused and nothing is sent`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        try worktree.servers(["s1: {address: \"127.0.0.1:8001\", weight: 9}", "s2: 127.0.0.1:8002"])
        var planning = Session.PlanOptions()
        planning.out = worktree.folder.path + "/plan.json"
        #expect(await session.run { try await $0.plan(planning) } == .ok)
        for name in ["lb1", "lb2"] {
            fleet.change(name) { proxy in
                proxy.servers["s1"]?.weight = 50
                proxy.writes = []
            }
        }
        var applying = yes
        applying.planFile = planning.out
        #expect(await session.run { try await $0.apply(applying) } == .stalePlan)
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test func `a plan made for a process that restarted is stale`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript)
        var planning = Session.PlanOptions()
        planning.out = worktree.folder.path + "/plan.json"
        #expect(await session.run { try await $0.plan(planning) } == .ok)
        fleet.change("lb1") { $0.pid = 4711 }
        var applying = yes
        applying.planFile = planning.out
        #expect(await session.run { try await $0.apply(applying) } == .stalePlan)
        #expect(fleet["lb1"].writes.isEmpty)
        #expect(fleet["lb2"].servers.count == 2)
    }

    @Test func `a fleet that somebody else changes is left to them`() async throws {
        let worktree = try Worktree()
        let lock = try FleetLock(
            on: try FleetName("edge"),
            in: worktree.state,
            holder: "apus run, pid 7"
        )
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .locked)
        #expect(transcript.err.contains("being changed by apus run, pid 7"))
        withExtendedLifetime(lock) {}
    }

    @Test func `a repository that is not there is said so`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript) { options in
            options.worktree = false
            options.repository = "/nonexistent/repo"
        }
        #expect(await session.run { try await $0.plan(Session.PlanOptions()) } == .error)
        #expect(transcript.err.hasPrefix("error: "))
    }

    @Test func `JSON is data alone`() async throws {
        let worktree = try Worktree()
        let session = worktree.session(fleet, transcript) { $0.format = .json }
        #expect(await session.run { try await $0.plan(Session.PlanOptions()) } == .ok)
        let file = try PlanFile(decoding: Data(transcript.out.utf8))
        #expect(file.content.summary.add == 3)
    }
}
