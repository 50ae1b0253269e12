import FoundationEssentials
import Model
import Testing

@testable import Controller

@Suite struct SessionOrdersTests {
    private let fleet = PretendFleet(["lb1", "lb2"])
    private let transcript = Transcript()
    private let worktree: Worktree

    init() throws { worktree = try Worktree() }

    private var yes: Session.ApplyOptions {
        var options = Session.ApplyOptions()
        options.yes = true
        return options
    }

    private func session(_ adjust: (inout Session.Options) -> Void = { _ in }) -> Session {
        worktree.session(fleet, transcript) { options in
            options.actor = "ada"
            adjust(&options)
        }
    }

    private func suspension(_ fleet: String = "edge") -> Session.SuspendOptions {
        var options = Session.SuspendOptions(fleet: fleet)
        options.reason = "audit"
        return options
    }

    @Test func `what is suspended is not applied until it is resumed`() async throws {
        var asked = suspension()
        asked.proxy = "lb2"
        asked.duration = .seconds(3600)
        let session = session()
        #expect(await session.run { try await $0.suspend(asked) } == .ok)
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        #expect(fleet["lb1"].servers.count == 2)
        #expect(fleet["lb2"].writes.isEmpty)
        #expect(transcript.out.contains("1 of 2 proxies at worktree. 1 proxy is suspended."))
        #expect(await session.run { try await $0.resume(asked) } == .ok)
        #expect(await session.run { try await $0.resume(asked) } == .error)
        #expect(transcript.err.contains("fleet edge, proxy lb2 is not suspended"))
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        #expect(fleet["lb2"].servers.count == 2)
    }

    @Test(arguments: ["shop", "a/b/c", "/"])
    func `a server is named with its backend`(text: String) async {
        var asked = suspension()
        asked.server = text
        #expect(await session().run { try await $0.suspend(asked) } == .error)
    }

    @Test func `status tells what was applied, by whom and what is ordered`() async throws {
        let session = session()
        #expect(await session.run { try $0.status(of: []) } == .error)
        #expect(transcript.err.contains("nothing was applied with the state folder"))
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        #expect(await session.run { try await $0.suspend(suspension()) } == .ok)
        #expect(await session.run { try $0.status(of: []) } == .ok)
        #expect(transcript.out.contains("Fleet edge  Ready  2 of 2 proxies in sync"))
        #expect(transcript.out.contains("suspended  fleet edge by ada, 0 s ago: audit"))
        #expect(await session.run { try $0.status(of: ["none"]) } == .error)
        #expect(await session.run { try $0.history(.init()) } == .ok)
        #expect(transcript.out.contains("apply by ada  converged"))
    }

    @Test func `status and history are data too`() async throws {
        #expect(await session().run { try await $0.apply(yes) } == .ok)
        let before = transcript.out.count
        let json = session { $0.format = .json }
        #expect(await json.run { try $0.status(of: ["edge"]) } == .ok)
        struct Report: Decodable {
            let schema: Int
            let status: Status
            let orders: Orders
        }
        let text = String(transcript.out.dropFirst(before))
        let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
        #expect(report.status.fleets.first?.condition == .ready)
        var asked = Session.HistoryOptions()
        asked.pass = 1
        #expect(await session().run { try $0.history(asked) } == .ok)
        #expect(transcript.out.contains("✓ add server shop/s1"))
        asked.pass = 99
        #expect(await session().run { try $0.history(asked) } == .error)
    }

    @Test func `a pinned fleet is not taken elsewhere`() async throws {
        let database = try session().openDatabase()
        let edge = try FleetName("edge")
        try database.pin(
            Pin(fleet: edge, revision: Fixture.older, reason: "500s", actor: "bob")
        )
        #expect(await session().run { try await $0.apply(yes) } == .error)
        #expect(transcript.err.contains("fleet edge is pinned to 0123456 by bob: 500s"))
        #expect(fleet["lb1"].writes.isEmpty)
        #expect(await session().run { try await $0.unpin("edge") } == .ok)
        #expect(await session().run { try await $0.unpin("edge") } == .error)
        #expect(await session().run { try await $0.apply(yes) } == .ok)
    }

    @Test func `files on disk cannot be rolled back`() async {
        let asked = Session.RollbackOptions(fleet: "edge")
        #expect(await session().run { try await $0.rollback(asked) } == .error)
        #expect(transcript.err.contains("files on disk have no earlier revision"))
    }

    @Test func `a plan that is too old is stale`() async throws {
        var planning = Session.PlanOptions()
        planning.out = worktree.folder.path + "/plan.json"
        planning.validity = .seconds(-1)
        #expect(await session().run { try await $0.plan(planning) } == .ok)
        var applying = yes
        applying.planFile = planning.out
        #expect(await session().run { try await $0.apply(applying) } == .stalePlan)
        #expect(transcript.err.contains("the plan expired at 2025-11-24 15:59:59 UTC"))
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test(arguments: [Session.Format.markdown, .ndjson])
    func `a plan is printed for reviews and for programs`(format: Session.Format) async {
        let session = session { $0.format = format }
        #expect(await session.run { try await $0.plan(.init()) } == .ok)
        let isMarkdown = format == .markdown
        #expect(
            transcript.out.hasPrefix(isMarkdown ? "## Apus plan for `worktree`" : #"{"created""#)
        )
        #expect(transcript.out.contains("holds until 2025-11-25 16:00:00 UTC") == isMarkdown)
    }
}
