import Model
import Planning
import Synchronization
import Testing

@testable import Controller

@Suite struct ReconciliationTests {
    private let fleet = PretendFleet(["lb1", "lb2"])

    private var reconciliation: Reconciliation {
        Reconciliation(transport: fleet, clock: ContinuousClock())
    }

    private func goal(_ servers: [String] = ["s1"]) throws -> Reconciliation.Goal {
        Reconciliation.Goal(try Fixture.fleet(servers: servers), revision: Fixture.revision)
    }

    @Test func `after a pass a fresh plan is empty`() async throws {
        let goal = try goal(["s1", "s2"])
        let outcome = await reconciliation.rollOut(await reconciliation.plan(goal), goal)
        #expect(outcome.result == .converged)
        #expect(await reconciliation.plan(goal).plan.isEmpty)
    }

    @Test func `each proxy is planned by what it was given before`() async throws {
        var goal = try goal(["s1", "s2"])
        _ = await reconciliation.rollOut(await reconciliation.plan(goal), goal)
        let before = goal.fleet
        goal = try self.goal(["s1"])
        goal.previous = [try ProxyName("lb1"): before]
        let planned = await reconciliation.plan(goal)
        #expect(planned.plan.proxies.map(\.proxy.text) == ["lb1", "lb2"])
        #expect(!planned.plan.proxies[0].steps.isEmpty)
    }

    @Test func `a wave that fails holds the next one`() async throws {
        fleet.change("lb1") { $0.isReadOnly = true }
        var goal = try goal()
        goal.fleet.rollout.waves = [.count(1)]
        let outcome = await reconciliation.rollOut(await reconciliation.plan(goal), goal)
        #expect(outcome.proxies[try ProxyName("lb2")] == .held)
        #expect(fleet["lb2"].writes.isEmpty)
    }

    @Test func `what is suspended is left alone, the rest is done`() async throws {
        var goal = try goal(["s1", "s2"])
        let fleet = goal.fleet.name
        let server = Suspension.Scope(
            fleet: fleet,
            backend: try BackendName("shop"),
            server: try ServerName("s2")
        )
        let proxy = Suspension.Scope(fleet: fleet, proxy: try ProxyName("lb2"))
        goal.suspensions = [server, proxy].map {
            Suspension($0, reason: "debugging", actor: "ada", expires: nil)
        }
        let outcome = await reconciliation.rollOut(await reconciliation.plan(goal), goal)
        #expect(self.fleet["lb1"].servers.keys.sorted() == ["s1"])
        #expect(self.fleet["lb2"].writes.isEmpty)
        let areSuspended = outcome.proxies.values.allSatisfy(\.isSuspended)
        #expect(areSuspended)
        #expect(outcome.result == .converged)
        let message = outcome.proxies[try ProxyName("lb1")]?.message
        #expect(
            message
                == "suspended: fleet edge, server shop/s2: suspended by ada: debugging"
        )
    }

    @Test func `an operation that was rejected is not sent again before something changes`()
        async throws
    {
        fleet.change("lb1") { $0.isReadOnly = true }
        var goal = try goal(["s1", "s2"])
        let database = try Fixture.database()
        let record = PassRecord(
            fleet: goal.fleet.name,
            revision: goal.revision,
            cause: .revision,
            actor: "run"
        )
        let planned = await reconciliation.plan(goal)
        let journal = try PassJournal(record, planned, in: database)
        _ = await reconciliation.rollOut(planned, goal, events: journal.hear)
        for entry in journal.rejections { goal.quarantine.add(entry) }
        #expect(goal.quarantine.proxies == [try ProxyName("lb1")])
        let sent = fleet["lb1"].writes.count
        #expect(sent > 0)
        let again = await reconciliation.rollOut(await reconciliation.plan(goal), goal)
        #expect(fleet["lb1"].writes.count == sent)
        #expect(again.proxies[try ProxyName("lb1")]?.message.contains("not sent again") == true)
        #expect(again.result == .failed)
        // Another process may think otherwise.
        fleet.change("lb1") { $0.pid = 4711 }
        _ = await reconciliation.rollOut(await reconciliation.plan(goal), goal)
        #expect(fleet["lb1"].writes.count == sent * 2)
    }

    @Test func `a batch that cannot be written down is not sent`() async throws {
        struct Full: Error {}
        let goal = try goal()
        let outcome = await reconciliation.rollOut(await reconciliation.plan(goal), goal) { _ in
        } willBegin: { _ in
            throw Full()
        }
        #expect(fleet["lb1"].writes.isEmpty)
        #expect(outcome.result == .failed)
        #expect(outcome.proxies.values.allSatisfy { $0.message.hasPrefix("nothing was sent") })
    }

    @Test func `a cancelled pass starts nothing more`() async throws {
        let goal = try goal()
        let planned = await reconciliation.plan(goal)
        let outcome = await withTaskGroup(of: FleetOutcome.self) { group in
            group.cancelAll()
            group.addTask { await reconciliation.rollOut(planned, goal) }
            return await group.next()
        }
        #expect(outcome?.proxies.values.allSatisfy { $0 == .held } == true)
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test func `everything that happens is told`() async throws {
        let goal = try goal()
        let heard = Mutex<[String]>([])
        let planned = await reconciliation.plan(goal)
        _ = await reconciliation.rollOut(planned, goal) { event in
            switch event {
            case .started(let proxy, _): heard.withLock { $0.append("started \(proxy)") }
            case .finished(let proxy, _): heard.withLock { $0.append("finished \(proxy)") }
            case .step, .soaking, .unhealthy: break
            }
        }
        #expect(
            heard.withLock { $0.sorted() }
                == ["finished lb1", "finished lb2", "started lb1", "started lb2"]
        )
    }

    @Test func `processes are asked without reading anything else`() async throws {
        fleet.change("lb2") { $0.isDown = true }
        let processes = await reconciliation.processes(of: try goal().fleet.proxies)
        #expect(processes == [try ProxyName("lb1"): Incarnation(pid: 100, startTime: 100)])
    }
}
