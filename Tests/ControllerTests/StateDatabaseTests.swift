import FoundationEssentials
import GRDB
import Model
import Planning
import Synchronization
import Testing

@testable import Controller

@Suite struct StateDatabaseTests {
    private let process = Incarnation(pid: 1, startTime: 2)

    private func edge() throws -> FleetName { try FleetName("edge") }

    @Test func `the ledger that was saved is read again, fleet by fleet`() throws {
        let database = try Fixture.database()
        var ledger = Ledger()
        ledger.confirm(Fixture.older, on: try ProxyName("lb1"), process)
        ledger.attempt(Fixture.revision, on: try ProxyName("lb2"), process)
        try database.save(ledger, of: try edge())
        #expect(try database.ledger(of: try edge()) == ledger)
        #expect(try database.ledger(of: try FleetName("core")) == Ledger())
    }

    @Test func `a second process sees what the first one wrote`() throws {
        let folder = try TemporaryFolder()
        let directory = StateDirectory(path: folder.path + "/state")
        let one = try StateDatabase(in: directory, now: { 1 })
        let two = try StateDatabase(in: directory, now: { 1 })
        var ledger = Ledger()
        ledger.confirm(Fixture.older, on: try ProxyName("lb1"), process)
        try one.save(ledger, of: try edge())
        #expect(try two.ledger(of: try edge()) == ledger)
    }

    @Test func `a file of a newer apus is refused, not misread`() throws {
        let folder = try TemporaryFolder()
        let directory = StateDirectory(path: folder.path)
        _ = try StateDatabase(in: directory, now: { 1 })
        let queue = try DatabaseQueue(path: directory.databaseFile)
        try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')") }
        #expect(throws: StateDatabase.Unavailable.self) {
            try StateDatabase(in: directory, now: { 1 })
        }
    }

    @Test func `a damaged file is refused with what to do`() throws {
        let folder = try TemporaryFolder()
        let directory = StateDirectory(path: folder.path)
        try Data(repeating: 65, count: 8192).write(to: URL(filePath: directory.databaseFile))
        do {
            _ = try StateDatabase(in: directory, now: { 1 })
            Issue.record("opened")
        } catch {
            #expect("\(error)".contains("it is damaged; restore it, or move it away"))
        }
    }

    @Test func `a folder that cannot be made is said so`() throws {
        do {
            _ = try StateDatabase(in: StateDirectory(path: "/proc/apus"), now: { 1 })
            Issue.record("opened")
        } catch {
            #expect("\(error)".contains("/proc/apus/state.sqlite cannot be opened"))
        }
    }

    @Test func `a full disk stops writing and not reading`() throws {
        let database = try Fixture.database()
        var ledger = Ledger()
        ledger.confirm(Fixture.older, on: try ProxyName("lb1"), process)
        try database.save(ledger, of: try edge())
        try database.fill()
        do {
            for number in 0..<1_000 {
                let suspension = Suspension(
                    Suspension.Scope(fleet: try edge()),
                    reason: String(repeating: "x", count: 100 + number),
                    actor: "ada",
                    expires: nil
                )
                try database.suspend(suspension)
            }
            Issue.record("the disk was not full")
        } catch let error as StateDatabase.Unavailable {
            #expect(error.isFull)
            #expect(error.description.contains("the disk is full; make room"))
        }
        #expect(try database.ledger(of: try edge()) == ledger)
        try database.makeRoom()
        try database.save(Ledger(), of: try edge())
    }

    @Test func `a pass is kept with what was sent and what became of it`() throws {
        let time = Mutex(1_000)
        let database = try Fixture.database { time.withLock { $0 } }
        let plan = try Fixture.plan(steps: 2)
        var pass = PassRecord(
            fleet: try edge(),
            revision: Fixture.revision,
            cause: .apply,
            actor: "ada"
        )
        pass.summary = "1 to add"
        let id = try database.begin(pass)
        try database.begin(plan.proxies, of: id)
        time.withLock { $0 = 2_000 }
        let done = ProxyOutcome.converged(operations: 2, took: .zero)
        let endings = [
            StateDatabase.Ending(proxy: try ProxyName("lb1"), outcome: done, open: [:]),
            StateDatabase.Ending(
                proxy: try ProxyName("lb2"),
                outcome: .failed("no"),
                open: [2: "failed: no"]
            ),
        ]
        try database.end(endings, of: id)
        try database.end(id, .failed, operations: 2, message: "lb2: no")

        let found = try #require(try database.history(limit: 5).first)
        #expect(found.result == .failed)
        #expect((found.begun, found.ended) == (1_000, 2_000))
        #expect(found.summary == "1 to add")
        #expect(found.revision == Fixture.revision)
        #expect(try database.applications(of: id).map(\.outcome) == ["converged", "failed"])
        let operations = try database.operations(of: id)
        #expect(operations.map(\.result) == [nil, nil, nil, "failed: no"])
        #expect(operations[0].change == #"{"op":"enableHealth","server":"shop/s1"}"#)
    }

    @Test func `the next start knows on which proxies something may have been sent`() throws {
        let database = try Fixture.database()
        let plan = try Fixture.plan()
        let pass = PassRecord(
            fleet: try edge(),
            revision: Fixture.revision,
            cause: .revision,
            actor: "run"
        )
        let id = try database.begin(pass)
        try database.begin(plan.proxies, of: id)
        let done = ProxyOutcome.converged(operations: 1, took: .zero)
        try database.end([.init(proxy: try ProxyName("lb1"), outcome: done, open: [:])], of: id)
        #expect(try database.recover(try edge()).map(\.text) == ["lb2"])
        #expect(try database.recover(try edge()).isEmpty)
        #expect(try database.history(limit: 1).first?.result == .interrupted)
    }

    @Test func `history is bounded, and so are the operations of one pass`() throws {
        var retention = StateDatabase.Retention()
        retention.passes = 3
        retention.operations = 5
        let database = try StateDatabase(inMemory: "test", retention: retention, now: { 1 })
        let pass = PassRecord(
            fleet: try edge(),
            revision: Fixture.revision,
            cause: .drift,
            actor: "run"
        )
        for _ in 0..<10 {
            let id = try database.begin(pass)
            try database.begin(try Fixture.plan(steps: 4).proxies, of: id)
        }
        let kept = try database.history(of: try edge(), limit: 100)
        #expect(kept.map(\.id) == [10, 9, 8])
        #expect(try database.applications(of: 10).map(\.operations) == [4, 4])
        #expect(Set(try database.operations(of: 10).map(\.proxy.text)) == ["lb1"])
        #expect(try database.operations(of: 1).isEmpty)
    }

    @Test func `a suspension holds until its time is up or somebody resumes it`() throws {
        let time = Mutex(1_000)
        let database = try Fixture.database { time.withLock { $0 } }
        let fleet = Suspension.Scope(fleet: try edge())
        let server = Suspension.Scope(
            fleet: try edge(),
            backend: try BackendName("shop"),
            server: try ServerName("s1")
        )
        try database.suspend(Suspension(fleet, reason: "audit", actor: "ada", expires: 2_000))
        try database.suspend(Suspension(server, reason: "debugging", actor: "bob", expires: nil))
        #expect(try database.suspensions(of: try edge()).map(\.reason) == ["audit", "debugging"])
        #expect(try database.suspensions(of: try FleetName("core")).isEmpty)
        time.withLock { $0 = 2_000 }
        #expect(try database.suspensions().map(\.scope) == [server])
        #expect(try database.resume(fleet) == 0)
        #expect(try database.resume(server) == 1)
        #expect(try database.suspensions().isEmpty)
    }

    @Test func `pins and halts are one a fleet`() throws {
        let database = try Fixture.database()
        let fleet = try edge()
        #expect(try !database.unpin(fleet))
        for revision in [Fixture.revision, Fixture.older] {
            try database.pin(Pin(fleet: fleet, revision: revision, reason: "", actor: "ada"))
            try database.halt(Halt(fleet: fleet, revision: revision, message: "5 servers down"))
        }
        #expect(try database.pins().map(\.revision) == [Fixture.older])
        #expect(try database.halt(of: fleet)?.revision == Fixture.older)
        #expect(try database.unpin(fleet))
        #expect(try database.endHalt(of: fleet))
        #expect(try database.halt(of: fleet) == nil)
    }

    @Test func `an acknowledgement is bound to a plan and a time`() throws {
        let time = Mutex(1_000)
        let database = try Fixture.database { time.withLock { $0 } }
        try database.acknowledge(
            Acknowledgement(
                policy: "max-removal",
                plan: "sha256:1",
                reason: "planned",
                actor: "ada",
                expires: 5_000
            )
        )
        #expect(try database.acknowledgements(ofPlan: "sha256:1").map(\.policy) == ["max-removal"])
        #expect(try database.acknowledgements(ofPlan: "sha256:2").isEmpty)
        time.withLock { $0 = 5_000 }
        #expect(try database.acknowledgements(ofPlan: "sha256:1").isEmpty)
    }

    @Test func `the last status is there for who asks later`() throws {
        let database = try Fixture.database()
        #expect(try database.status() == nil)
        var status = Status(repository: "repo", ref: "HEAD")
        status.sourceError = "unreachable"
        try database.save(status)
        for name in ["edge", "core"] { try database.save(Status.Fleet(name: try FleetName(name))) }
        let found = try #require(try database.status())
        #expect(found.status.sourceError == "unreachable")
        #expect(found.status.fleets.map(\.name.text) == ["core", "edge"])
        try database.forgetStatus(except: [try edge()])
        #expect(try database.status()?.status.fleets.map(\.name.text) == ["edge"])
    }

    @Test func `what a proxy rejected is known after a restart`() throws {
        let database = try Fixture.database()
        var quarantine = Quarantine()
        quarantine.add(
            Quarantine.Entry(
                proxy: try ProxyName("lb1"),
                operation: "add",
                input: "1",
                words: "No.",
                origin: "shop.yaml:1:1"
            )
        )
        try database.save(quarantine, of: try edge())
        #expect(try database.quarantine(of: try edge()) == quarantine)
        quarantine.release(try ProxyName("lb1"))
        try database.save(quarantine, of: try edge())
        #expect(try database.quarantine(of: try edge()).isEmpty)
    }

    @Test func `every table of the first migration is there`() throws {
        let queue = try DatabaseQueue()
        try StateSchema.migrations.migrate(queue)
        let tables = try queue.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
            )
        }
        let expected = [
            "acknowledgement", "application", "grdb_migrations", "halt", "operation", "pass", "pin",
            "proxy", "quarantine", "status", "suspension",
        ]
        #expect(tables.filter { !$0.hasPrefix("sqlite_") } == expected)
    }
}
