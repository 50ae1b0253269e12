import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// Rows that HAProxy 3.0.11 printed for the same boot file, up to the columns of its modules.
@Suite struct StatReportTests {
    private let boot = """
        frontend fe
         bind :80
         default_backend web
        backend web
         option httpchk GET /health
         default-server inter 500ms fall 3 rise 2
         server web1 127.0.0.1:21001 check weight 10
         server web2 127.0.0.1:21002 disabled
         server web3 127.0.0.1:21003 check backup maxconn 50
        backend api
         balance uri
         hash-type consistent
         server a1 127.0.0.1:21001
        """

    private func lines() throws -> [String] {
        let fixture = try RuntimeFixture(boot)
        for target in fixture.service.checkTargets {
            let result =
                target.slot == 0
                ? CheckResult(.layer7OK, code: 200, duration: Milliseconds(0))
                : CheckResult(
                    .layer4Refused,
                    duration: Milliseconds(0),
                    detail: "Connection refused"
                )
            _ = fixture.service.record(result, for: target.id, now: fixture.now)
        }
        fixture.now = Milliseconds(2500)
        return fixture.run("show stat").split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        (
            1,
            "fe,FRONTEND,,,0,0,2000,0,0,0,0,0,0,,,,,OPEN,,,,,,,,,1,2,0,,,,0,0,0,0,,,,0,0,0,0,0,0,,0,0,0,,,0,0,0,0,,,,,,,,,"
                + ",,,,,,,,,,,,http,,0,0,0,0,0,0,0,,,0,0,,,,,,,0,,,,,,,,,,0,0,0,0,0,0,0,0"
        ),
        (
            3,
            "web,web2,0,0,0,0,,0,0,0,,0,,0,0,0,0,MAINT,1,1,0,,,2,,,1,3,2,,0,,2,0,,0,,,,0,0,0,0,0,0,,,,0,0,0,,,,,-1,,,0,0,0"
                + ",0,,,,,,,,,,,,127.0.0.1:21002,,http,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0,0,1,,,,0"
        ),
        (
            4,
            "web,web3,0,0,0,0,50,0,0,0,,0,,0,0,0,0,DOWN,1,0,1,1,1,2,2,,1,3,3,,0,,2,0,,0,L4CON,,0,0,0,0,0,0,0,,,,0,0,0,,,,,"
                + "-1,Connection refused,,0,0,0,0,,,,Layer4 connection problem,,2,3,0,,,,127.0.0.1:21003,,http,,,,,,,,0,0,0,,,"
                + "0,,0,0,0,0,0,0,0,0,0,1,,,,0"
        ),
        (
            5,
            "web,BACKEND,0,0,0,0,200,0,0,0,0,0,,0,0,0,0,UP,10,1,0,,0,2,0,,1,3,0,,0,,1,0,,0,,,,0,0,0,0,0,0,,,,0,0,0,0,0,0,0,"
                + "-1,,,0,0,0,0,,,,,,,,,,,,,,http,roundrobin,,,,,,,0,0,0,0,0,,,0,0,0,0,0,,,,,10,0,0,0"
        ),
        (
            6,
            "api,a1,0,0,0,0,,0,0,0,,0,,0,0,0,0,no check,1,1,0,,,2,,,1,4,1,,0,,2,0,,0,,,,0,0,0,0,0,0,,,,0,0,0,,,,,-1,,,0,0,0"
                + ",0,,,,,,,,,,,,127.0.0.1:21001,,http,,,,,,,,0,0,0,,,0,,0,0,0,0,0,0,0,0,0,1,,,,0"
        ),
    ])
    func `a row is HAProxy's to the byte`(index: Int, expected: String) throws {
        #expect(try lines()[index].hasPrefix(expected))
    }

    @Test func `filters keep what they name`() throws {
        let fixture = try RuntimeFixture(boot)
        let names = { (line: String) throws in
            try StatTable.parse(fixture.run(line)).rows.map { $0.text(.serverName) ?? "" }
        }
        #expect(try names("show stat web 4 -1") == ["web1", "web2", "web3"])
        #expect(try names("show stat 3 4 2") == ["web2"])
        #expect(try names("show stat -1 2 -1") == ["BACKEND", "BACKEND"])
        #expect(try names("show stat -1 1 -1") == ["FRONTEND"])
        #expect(try names("show stat web 4 -1 no-maint") == ["web1", "web3"])
    }
}
