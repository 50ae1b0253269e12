import Model
import RuntimeAPI
import Simulation
import Testing

@testable import Proxy

/// A journal in memory, which can be full.
private final class MemoryJournal: StateJournal {
    var file = StateFileFormat.file([])
    var refusal: String?
    var wantsImage = false
    /// Where each record ends, the image first.
    var ends: [Int] = []
    var failure: String?

    init() { ends = [file.count] }

    func append(_ record: [UInt8]) -> String? {
        if let failure { return failure }
        file += record
        ends.append(file.count)
        return nil
    }

    func replace(with file: [UInt8]) {
        self.file = file
        ends = [file.count]
    }
}

@Suite struct StateFileTests {
    private static let boot = """
        defaults base
         mode http
        frontend fe
         bind :80
         use_backend %[path,map(r.map)]
         default_backend web
        backend web
         server web1 10.0.0.1:80 check weight 10
         server web2 10.0.0.2:80 disabled
         server web3 10.0.0.3:80 check agent-check agent-port 9
        backend other
         balance uri
         hash-type consistent
        """

    private func fixture(_ boot: String = Self.boot, map: String = "/a web\n/b other\n") throws
        -> RuntimeFixture
    {
        try RuntimeFixture(boot, files: ["r.map": map])
    }

    /// All that can be read of the state, times and counters aside, and what workers see.
    private func everything(_ fixture: RuntimeFixture) -> [String] {
        let states = (try? ServerStateTable.parse(fixture.run("show servers state")))?.rows ?? []
        let rows = states.map { row in
            var row = row
            row.timeSinceChange = 0
            row.checkStatus = 0
            row.checkResult = 0
            return "\(row)"
        }
        let shown = [
            "show backend", "show servers config", "show state digest", "show map",
            "show map r.map",
        ]
        let slots = [0, 1].map { number in
            let slots = fixture.plane.slots(ofBackend: number)
            let backends = fixture.service.table.backends
            let servers = backends.first { $0.number == number }?.servers ?? []
            return slots.map { slot in servers.first { $0.slot == slot }?.name ?? "?" }.joined()
        }
        return rows + shown.map { fixture.run($0) } + slots
    }

    private func restarted(_ file: [UInt8], boot: String = Self.boot) throws -> (
        fixture: RuntimeFixture, warnings: [String]
    ) {
        let fixture = try fixture(boot)
        return (fixture, try fixture.service.restore(file).warnings)
    }

    @Test(arguments: Seed.runs)
    func `after a kill at any point everything accepted is there again`(seed: Seed) throws {
        var generator = seed.generator
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        var states = [everything(fixture)]
        for _ in 0..<20 {
            let records = journal.ends.count
            journal.wantsImage = generator.chance(10)
            step(fixture, &generator)
            fixture.service.publishIfNeeded()
            if journal.wantsImage {
                states = [everything(fixture)]
            } else if journal.ends.count > records {
                states.append(everything(fixture))
            }
        }
        #expect(states.count == journal.ends.count)
        for (state, end) in zip(states, journal.ends) {
            let (again, warnings) = try restarted(Array(journal.file[..<end]))
            #expect(everything(again) == state)
            #expect(warnings.isEmpty)
        }
    }

    private func step(_ fixture: RuntimeFixture, _ generator: inout SeededGenerator) {
        let backend = ["web", "other", "new"].randomElement(using: &generator) ?? "web"
        let name = ["s1", "s2", "web1", "web2", "web3"].randomElement(using: &generator) ?? ""
        let server = "\(backend)/\(name)"
        let number = Int.random(in: 1...9, using: &generator)
        let lines = [
            "add server \(server) 10.0.0.\(number):80 weight \(number) check inter 1s id 4\(number)",
            "add server \(server) 10.0.0.\(number):80 backup", "del server \(server)",
            "enable server \(server)", "disable server \(server)", "enable health \(server)",
            "set server \(server) addr 10.1.1.\(number) port 8\(number)",
            "set weight \(server) \(number)", "set server \(server) state drain",
            "set maxconn server \(server) \(number)", "set server \(server) health down",
            "set server \(server) check-addr 10.9.9.\(number) port 7",
            "add server \(server) 10.0.0.\(number):80 agent-check agent-port 9",
            "enable agent \(server)", "disable agent \(server)",
            "set server \(server) agent down", "set server \(server) agent up",
            "set server \(server) agent-addr 10.9.9.\(number) port \(number)",
            "set server \(server) agent-send \(number)",
            "add backend new from base", "publish backend new", "unpublish backend other",
            "del backend new", "publish backend other", "del backend other",
            "add map r.map /\(number) web", "del map r.map /\(number)",
            "set map r.map /a \(backend)", "clear map r.map", "prepare map r.map",
            "add map @1 r.map /\(number) other", "commit map @1 r.map",
        ]
        fixture.run(lines.randomElement(using: &generator) ?? "")
    }

    @Test func `what checks made of a server that was changed outlives a restart, too`() throws {
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        fixture.run("add server web/s 10.0.0.9:80 check")
        fixture.run("enable health web/s")
        fixture.run("enable server web/s")
        for _ in 0..<3 { fixture.check(.layer4Timeout) }
        let (again, _) = try restarted(journal.file)
        #expect(try again.state("web/s").operationalState == 0)
    }

    @Test func `a file cut at any byte gives what was accepted before, or is called damaged`()
        throws
    {
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        fixture.run("add server other/a 10.0.0.9:80")
        journal.replace(with: StateFileFormat.file(fixture.service.table.image))
        for line in ["enable server other/a", "set map r.map /a other", "del server web/web2"] {
            fixture.run(line)
        }
        var seen: Set<Int> = []
        for length in 0..<journal.file.count {
            let cut = Array(journal.file[..<length])
            guard length >= journal.ends[0] else {
                #expect(throws: StateFileFormat.Damage.self) { try StateFileFormat.read(cut) }
                continue
            }
            let content = try StateFileFormat.read(cut)
            #expect(journal.ends.last { $0 <= length } == content.length)
            seen.insert(content.batches.count)
        }
        #expect(seen == [0, 1, 2])
    }

    @Test(arguments: Seed.runs)
    func `a file with other bytes in it is never believed to hold more`(seed: Seed) throws {
        var generator = seed.generator
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        for number in 1...4 { fixture.run("add server other/s\(number) 10.0.0.9:80 weight 7") }
        var bytes = journal.file
        let place = Int.random(in: bytes.indices, using: &generator)
        bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
        guard let content = try? StateFileFormat.read(bytes) else { return }
        #expect(content.length <= place)
        bytes += (0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) }
        _ = try StateFileFormat.read(bytes)
    }

    @Test func `what the boot file says differently since then is taken, with a warning`() throws {
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        for line in [
            "set weight web/web1 3", "set weight web/web3 4", "add server other/a 10.0.0.9:80",
            "add server web/b 10.0.0.9:80", "del server web/web2",
        ] {
            fixture.run(line)
        }
        let boot = """
            frontend fe
             bind :80
            backend web
             server web1 10.0.0.1:80 check weight 20
             server web3 10.0.0.3:80 check agent-check agent-port 9
             server b 10.0.0.77:80
            """
        let again = try RuntimeFixture(boot)
        let warnings = try again.service.restore(journal.file).warnings
        #expect(
            warnings == [
                "server web/web1 is another one in the boot file, which is taken",
                "server other/a: its backend is gone",
                "server web/b is another one in the boot file, which is taken",
            ]
        )
        #expect(again.run("get weight web/web1") == "20 (initial 20)")
        #expect(again.run("get weight web/web3") == "4 (initial 1)")
    }

    @Test func `while there is no room nothing is changed, and reads go on`() throws {
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        let before = everything(fixture)
        journal.refusal = "State file 'x': No space left on device; nothing was changed."
        #expect(fixture.run("set weight web/web1 5") == "[3] \(journal.refusal ?? "")")
        #expect(fixture.run("clear map r.map") == "[3] \(journal.refusal ?? "")")
        fixture.run("begin")
        fixture.run("disable server web/web1")
        #expect(fixture.run("commit").hasPrefix("[3] "))
        #expect(everything(fixture) == before)
        journal.refusal = nil
        journal.failure = "State file 'x': Input/output error."
        #expect(fixture.run("set weight web/web1 5") == "")
        #expect(fixture.service.takeSavingFailure() == journal.failure)
    }

    @Test func `a transaction is one record, and one that is taken back none`() throws {
        let fixture = try fixture()
        let journal = MemoryJournal()
        fixture.service.journal = journal
        fixture.run("begin")
        fixture.run("add server other/a 10.0.0.9:80")
        fixture.run("enable server other/a")
        fixture.run("set map r.map /a other")
        fixture.run("commit")
        #expect(journal.ends.count == 2)
        fixture.run("begin")
        fixture.run("disable server other/a")
        fixture.run("clear map r.map")
        fixture.run("del server web/nobody")
        fixture.run("commit")
        #expect(journal.ends.count == 2)
        #expect(try everything(restarted(journal.file).fixture) == everything(fixture))
    }
}
