import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct PrometheusReportTests {
    private var server: StatRow {
        var row = StatRow()
        row.append(.proxyName, .text("web"))
        row.append(.serverName, .text("a\"b"))
        row.append(.stot, .number(7))
        row.append(.status, .text("DOWN 1/3"))
        row.append(.type, .number(2))
        row.append(.checkDuration, .number(1005))
        row.append(.hrsp2xx, .number(3))
        return row
    }

    @Test func `metrics have HAProxy's names, and times are in seconds`() {
        let info = InfoTable(entries: [InfoEntry("Maxconn", "2000"), InfoEntry("Version", "3.2")])
        let text = PrometheusReport(info: info, rows: [server]).text
        let labels = "proxy=\"web\",server=\"a\\\"b\""
        for line in [
            "# TYPE haproxy_process_max_connections gauge",
            "haproxy_process_max_connections 2000",
            "haproxy_process_build_info{version=\"3.2\"} 1",
            "# TYPE haproxy_server_sessions_total counter",
            "haproxy_server_sessions_total{\(labels)} 7",
            "haproxy_server_status{\(labels),state=\"DOWN\"} 1",
            "haproxy_server_status{\(labels),state=\"UP\"} 0",
            "haproxy_server_check_duration_seconds{\(labels)} 1.005",
            "haproxy_server_http_responses_total{\(labels),code=\"2xx\"} 3",
        ] {
            #expect(text.contains("\(line)\n"), "\(line)")
        }
    }

    @Test func `what nobody has is not mentioned`() {
        let text = PrometheusReport(info: InfoTable(), rows: [server]).text
        #expect(!text.contains("haproxy_frontend_") && !text.contains("_queue_limit"))
    }
}
