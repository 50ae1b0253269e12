import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct RuntimeVariableTests {
    private static let boot = """
        frontend fe
         bind :80
         http-request deny if { var(proc.closed) -m bool }
         http-request set-header x %[var(proc.name)]
         default_backend b
        backend b
         server s1 10.0.0.1:80
        """

    @Test func `rules see what was set, with its type`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        #expect(fixture.plane.snapshot.variables.isEmpty)
        #expect(fixture.run("set var proc.name str(a)") == "")
        #expect(fixture.run("set var proc.closed bool(true)") == "")
        #expect(fixture.run("set var proc.unused int(4)") == "")
        let rows = fixture.plane.snapshot.variables
        #expect(rows.count == 2)
        #expect(rows.indices.map { rows[$0].sample.kind }.contains(.boolean))
        let text = rows.indices.first { rows[$0].kind == .string }.map { rows[$0].text.slice.array }
        #expect(text == Array("a".utf8))
        fixture.run("set var proc.name fmt other")
        #expect(fixture.run("get var proc.name") == "[6] proc.name: type=str value=<other>")
        #expect(fixture.plane.snapshot.variables.count == 2)
    }

    @Test func `the boot file sets variables, too`() throws {
        let fixture = try RuntimeFixture("global\n set-var proc.name str(a)\n" + Self.boot)
        #expect(fixture.plane.snapshot.variables.count == 1)
        #expect(fixture.run("get var proc.name") == "[6] proc.name: type=str value=<a>")
        let wrong = ConfigParser.parse(
            files: [
                ("a.cfg", "global\n set-var txn.a int(1)\n set-var-fmt proc.b %[src]\n set-var a")
            ],
            environment: [:]
        ) { _ in nil }
        #expect(wrong.diagnostics.map(\.origin.line) == [2, 3, 4])
    }

    @Test func `what no constant makes is refused by name`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        let reason = "apus-proxy sets variables of the process to constants only, not"
        #expect(fixture.run("set var proc.x src") == "[3] \(reason) 'src'")
        #expect(fixture.run("set var proc.x int(4),add(5)") == "[3] \(reason) 'int(4),add(5)'")
        #expect(fixture.run("set var proc.x fmt %[src]") == "[3] \(reason) '%[src]'")
        #expect(fixture.run("get var proc.x") == "[3] Variable not found.")
        for number in 0..<BackendTable.variableLimit {
            fixture.run("set var proc.n\(number) int(1)")
        }
        #expect(fixture.run("set var proc.x int(1)") == "[3] There are 1024 variables already.")
        #expect(fixture.run("set var proc.n1 int(2)") == "")
    }

    @Test func `a variable is part of transactions, of the digest and of the state file`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        let digest = fixture.run("show state digest -")
        fixture.run("begin")
        fixture.run("set var proc.name str(a)")
        fixture.run("set var proc.name nosuch")
        #expect(fixture.run("commit").hasPrefix("[3] "))
        #expect(fixture.run("show state digest -") == digest)
        fixture.run("set var proc.name str(a)")
        #expect(fixture.run("show state digest -") != digest)
        let again = try RuntimeFixture(Self.boot)
        let file = StateFileFormat.file(fixture.service.table.image)
        #expect(try again.service.restore(file).warnings.isEmpty)
        #expect(again.run("get var proc.name") == "[6] proc.name: type=str value=<a>")
        #expect(again.run("show state digest -") == fixture.run("show state digest -"))
    }
}
