import RuntimeAPI

/// Statistics for Prometheus, under the names of HAProxy's exporter (`http-request use-service`, 2.0–3.0).
///
/// Text format 0.0.4: every metric with its help and type, then a sample for each proxy or server that has it.
struct PrometheusReport {
    /// What a metric is made of.
    private struct Metric {
        let name: String
        let type: String
        let source: String
        /// In the table times are milliseconds; metrics are in seconds.
        let isMilliseconds: Bool

        /// `name:type:source[:ms]`.
        init(_ text: Substring) {
            let parts = text.split(separator: ":")
            name = String(parts[0])
            type = parts[1] == "c" ? "counter" : "gauge"
            source = String(parts[2])
            isMilliseconds = parts.count > 3
        }

        var help: String {
            let words = name.split(separator: "_").dropLast(name.hasSuffix("_total") ? 1 : 0)
            return words.joined(separator: " ")
        }
    }

    let info: InfoTable
    let rows: [StatRow]

    /// Everything, ready to be sent.
    var text: String {
        var text = ""
        for metric in Self.process {
            guard let value = info[metric.source] else { continue }
            Self.begin(metric, "process", &text)
            if metric.name == "build_info" {
                text += "haproxy_process_build_info{version=\"\(Self.escaped(value))\"} 1\n"
            } else {
                text += "haproxy_process_\(metric.name) \(value)\n"
            }
        }
        append(Self.frontend, kind: "frontend", type: 0, to: &text)
        append(Self.backend, kind: "backend", type: 1, to: &text)
        append(Self.server, kind: "server", type: 2, to: &text)
        return text
    }

    private func append(_ metrics: [Metric], kind: String, type: Int, to text: inout String) {
        let rows = rows.filter { $0.number(.type) == type }
        for metric in metrics {
            var samples = ""
            for row in rows { append(metric, of: row, kind: kind, to: &samples) }
            guard !samples.isEmpty else { continue }
            Self.begin(metric, kind, &text)
            text += samples
        }
    }

    private static func begin(_ metric: Metric, _ kind: String, _ text: inout String) {
        text += "# HELP haproxy_\(kind)_\(metric.name) \(metric.help) of the \(kind)\n"
        text += "# TYPE haproxy_\(kind)_\(metric.name) \(metric.type)\n"
    }

    private func append(_ metric: Metric, of row: StatRow, kind: String, to text: inout String) {
        var labels = "proxy=\"\(Self.escaped(row.text(.proxyName) ?? ""))\""
        if kind == "server" {
            labels += ",server=\"\(Self.escaped(row.text(.serverName) ?? ""))\""
        }
        let name = "haproxy_\(kind)_\(metric.name)"
        switch metric.source {
        case "status":
            let state = Self.state(row.text(.status) ?? "")
            for other in kind == "server" ? Self.serverStates : ["DOWN", "UP"] {
                text += "\(name){\(labels),state=\"\(other)\"} \(state == other ? 1 : 0)\n"
            }
        case "check_status":
            guard let status = row.text(.checkStatus) else { return }
            for other in Self.checkStates {
                text += "\(name){\(labels),state=\"\(other)\"} \(status == other ? 1 : 0)\n"
            }
        case "hrsp":
            let classes: [(String, StatField)] = [
                ("1xx", .hrsp1xx), ("2xx", .hrsp2xx), ("3xx", .hrsp3xx), ("4xx", .hrsp4xx),
                ("5xx", .hrsp5xx), ("other", .hrspOther),
            ]
            for (code, field) in classes {
                guard let value = row.number(field) else { continue }
                text += "\(name){\(labels),code=\"\(code)\"} \(value)\n"
            }
        default:
            guard let field = Self.fields[metric.source], let value = row.number(field) else {
                return
            }
            text += "\(name){\(labels)} "
            text += metric.isMilliseconds ? Self.seconds(value) : String(value)
            text += "\n"
        }
    }

    /// The state a `status` column speaks of: `DOWN 1/3` is still down, `UP 2/3` still up.
    private static func state(_ status: String) -> String {
        switch status.split(separator: " ").first {
        case "OPEN", "UP", "no": "UP"
        case "MAINT": "MAINT"
        case "DRAIN": "DRAIN"
        case "NOLB": "NOLB"
        default: "DOWN"
        }
    }

    private static func seconds(_ milliseconds: Int) -> String {
        let rest = String(milliseconds % 1000)
        let zeroes = String(repeating: "0", count: 3 - rest.utf8.count)
        return "\(milliseconds / 1000).\(zeroes)\(rest)"
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let serverStates = ["DOWN", "UP", "MAINT", "DRAIN", "NOLB"]
    private static let checkStates = [
        "HANA", "SOCKERR", "L4OK", "L4TOUT", "L4CON", "L6OK", "L6TOUT", "L6RSP", "L7TOUT", "L7RSP",
        "L7OK", "L7OKC", "L7STS", "PROCERR", "PROCTOUT", "PROCOK",
    ]
    private static let fields = Dictionary(
        uniqueKeysWithValues: StatField.allCases.map { ($0.name, $0) }
    )

    private static func table(_ text: String) -> [Metric] {
        text.split { $0 == " " || $0 == "\n" }.map { Metric($0) }
    }

    private static let process = table(
        """
        nbthread:g:Nbthread nbproc:g:Nbproc relative_process_id:g:Process_num
        uptime_seconds:g:Uptime_sec max_fds:g:Ulimit-n max_sockets:g:Maxsock
        max_connections:g:Maxconn hard_max_connections:g:Hard_maxconn
        current_connections:g:CurrConns connections_total:c:CumConns requests_total:c:CumReq
        current_connection_rate:g:ConnRate limit_connection_rate:g:ConnRateLimit
        max_connection_rate:g:MaxConnRate current_session_rate:g:SessRate
        limit_session_rate:g:SessRateLimit max_session_rate:g:MaxSessRate
        current_tasks:g:Tasks current_run_queue:g:Run_queue idle_time_percent:g:Idle_pct
        stopping:g:Stopping jobs:g:Jobs unstoppable_jobs:g:Unstoppable_Jobs listeners:g:Listeners
        dropped_logs_total:c:DroppedLogs bytes_out_total:c:TotalBytesOut
        bytes_out_rate:g:BytesOutRate build_info:g:Version start_time_seconds:g:Start_time_sec
        """
    )

    private static let sessions = """
        current_sessions:g:scur max_sessions:g:smax limit_sessions:g:slim sessions_total:c:stot
        bytes_in_total:c:bin bytes_out_total:c:bout
        """

    private static let compression = """
        http_comp_bytes_in_total:c:comp_in http_comp_bytes_out_total:c:comp_out
        http_comp_bytes_bypassed_total:c:comp_byp http_comp_responses_total:c:comp_rsp
        """

    private static let times = """
        last_session_seconds:g:lastsess queue_time_average_seconds:g:qtime:ms
        connect_time_average_seconds:g:ctime:ms response_time_average_seconds:g:rtime:ms
        total_time_average_seconds:g:ttime:ms failed_header_rewriting_total:c:wrew
        connection_attempts_total:c:connect connection_reuses_total:c:reuse
        """

    private static let greatestTimes = """
        max_queue_time_seconds:g:qtime_max:ms max_connect_time_seconds:g:ctime_max:ms
        max_response_time_seconds:g:rtime_max:ms max_total_time_seconds:g:ttime_max:ms
        internal_errors_total:c:eint
        """

    private static let frontend = table(
        """
        \(sessions) requests_denied_total:c:dreq responses_denied_total:c:dresp
        request_errors_total:c:ereq status:g:status limit_session_rate:g:rate_lim
        max_session_rate:g:rate_max http_responses_total:c:hrsp
        http_requests_rate_max:g:req_rate_max http_requests_total:c:req_tot \(compression)
        connections_rate_max:g:conn_rate_max connections_total:c:conn_tot
        intercepted_requests_total:c:intercepted denied_connections_total:c:dcon
        denied_sessions_total:c:dses failed_header_rewriting_total:c:wrew
        http_cache_lookups_total:c:cache_lookups http_cache_hits_total:c:cache_hits
        internal_errors_total:c:eint
        """
    )

    private static let backend = table(
        """
        current_queue:g:qcur max_queue:g:qmax \(sessions) requests_denied_total:c:dreq
        responses_denied_total:c:dresp connection_errors_total:c:econ
        response_errors_total:c:eresp retry_warnings_total:c:wretr
        redispatch_warnings_total:c:wredis status:g:status weight:g:weight active_servers:g:act
        backup_servers:g:bck check_up_down_total:c:chkdown check_last_change_seconds:g:lastchg
        downtime_seconds_total:c:downtime loadbalanced_total:c:lbtot max_session_rate:g:rate_max
        http_responses_total:c:hrsp http_requests_total:c:req_tot client_aborts_total:c:cli_abrt
        server_aborts_total:c:srv_abrt \(compression) \(times)
        http_cache_lookups_total:c:cache_lookups http_cache_hits_total:c:cache_hits
        \(greatestTimes) uweight:g:uweight
        """
    )

    private static let server = table(
        """
        current_queue:g:qcur max_queue:g:qmax \(sessions) responses_denied_total:c:dresp
        connection_errors_total:c:econ response_errors_total:c:eresp
        retry_warnings_total:c:wretr redispatch_warnings_total:c:wredis status:g:status
        weight:g:weight active:g:act backup:g:bck check_failures_total:c:chkfail
        check_up_down_total:c:chkdown check_last_change_seconds:g:lastchg
        downtime_seconds_total:c:downtime queue_limit:g:qlimit current_throttle:g:throttle
        loadbalanced_total:c:lbtot max_session_rate:g:rate_max check_status:g:check_status
        check_code:g:check_code check_duration_seconds:g:check_duration:ms
        http_responses_total:c:hrsp client_aborts_total:c:cli_abrt
        server_aborts_total:c:srv_abrt \(times) idle_connections_current:g:srv_icur
        idle_connections_limit:g:src_ilim \(greatestTimes)
        unsafe_idle_connections_current:g:idle_conn_cur
        safe_idle_connections_current:g:safe_conn_cur
        used_connections_current:g:used_conn_cur need_connections_current:g:need_conn_est
        uweight:g:uweight
        """
    )
}
