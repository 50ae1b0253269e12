import Testing

@testable import Proxy

@Suite struct SessionReportTests {
    @Test(
        arguments: [
            (0, "0s"), (999, "0s"), (2500, "2s"), (60_000, "1m"), (61_000, "1m1s"),
            (3_725_000, "1h2m"), (90_061_000, "1d1h"),
        ] as [(Int64, String)]
    )
    func `times are told in their two greatest units`(milliseconds: Int64, text: String) {
        #expect(SessionReport.time(milliseconds) == text)
    }

    @Test func `a session on its way to a server has every field`() {
        var row = SessionRow()
        row.id = 0x1_0000_0000
        row.source = "[::1]:4"
        row.backend = 0
        row.age = 2000
        row.client.descriptor = 9
        row.client.expiry = 5000
        var report = SessionReport(row: row)
        report.frontend = ("fe", 2, false)
        report.backend = ("be", 3, false)
        #expect(
            report.line
                == "0x100000000: proto=tcpv6 src=[::1]:4 fe=fe be=be srv=<none> age=2s rq[i=0] "
                + "rp[i=0] scf=[fd=9,rex=5s] scb=[fd=-1,rex=] exp=5s rc=0\n"
        )
        #expect(
            report.lines(began: 951_782_400_123).hasPrefix(
                "0x100000000: [29/Feb/2000:00:00:00.123] id=0 proto=tcpv6 source=[::1]:4\n"
            )
        )
    }
}
