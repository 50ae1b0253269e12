import Model
import RuntimeAPI

/// The statistics page: a table for each proxy, in the columns people know from HAProxy's.
struct StatsPage {
    /// What the boot file says of the page.
    let settings: StatsConfiguration
    let info: InfoTable
    let rows: [StatRow]
    /// Says how the last form went, nil when none was sent.
    var notice: String?

    private static let groups: [(title: String, columns: [(title: String, field: StatField)])] = [
        ("Queue", [("Cur", .qcur), ("Max", .qmax), ("Limit", .qlimit)]),
        ("Session rate", [("Cur", .rate), ("Max", .rateMax), ("Limit", .rateLim)]),
        (
            "Sessions",
            [("Cur", .scur), ("Max", .smax), ("Limit", .slim), ("Total", .stot), ("LbTot", .lbtot)]
        ),
        ("Bytes", [("In", .bin), ("Out", .bout)]),
        ("Denied", [("Req", .dreq), ("Resp", .dresp)]),
        ("Errors", [("Req", .ereq), ("Conn", .econ), ("Resp", .eresp)]),
        ("Warnings", [("Retr", .wretr), ("Redis", .wredis)]),
    ]

    private static let serverColumns = [
        "Status", "LastChk", "Wght", "Act", "Bck", "Chk", "Dwn", "Dwntme",
    ]

    /// The whole page.
    var html: String {
        var html = head
        var start = rows.startIndex
        while start < rows.endIndex {
            let name = rows[start].text(.proxyName)
            var end = start
            while end < rows.endIndex, rows[end].text(.proxyName) == name { end += 1 }
            append(proxy: name ?? "", Array(rows[start..<end]), to: &html)
            start = end
        }
        return html + "</body></html>\n"
    }

    private var head: String {
        let program = settings.hidesVersion ? "apus-proxy" : "apus-proxy \(info["Version"] ?? "")"
        let name = info["node"] ?? ""
        let node = settings.showsNode && !name.isEmpty ? " on \(escaped(name))" : ""
        var html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Statistics Report for apus-proxy</title>
            <meta name="viewport" content="width=device-width">

            """
        if let seconds = settings.refresh {
            html += "<meta http-equiv=\"refresh\" content=\"\(seconds)\">\n"
        }
        html += "<style>\(Self.style)</style></head><body>\n"
        html +=
            "<h1>\(escaped(program))</h1><h2>Statistics Report for pid \(info["Pid"] ?? "")\(node)</h2>\n"
        if let notice { html += "<p class=\"notice\">\(escaped(notice))</p>\n" }
        html += """
            <div class="general"><dl>
            <dt>uptime</dt><dd>\(info["Uptime"] ?? "")</dd>
            <dt>threads</dt><dd>\(info["Nbthread"] ?? "")</dd>
            <dt>connections</dt><dd>\(info["CurrConns"] ?? "") of \(info["Maxconn"] ?? "")</dd>
            <dt>requests</dt><dd>\(info["CumReq"] ?? "")</dd>
            <dt>descriptors</dt><dd>\(info["Ulimit-n"] ?? "")</dd>
            </dl><ul class="legend">
            <li class="up">active UP</li><li class="backup">backup UP</li>
            <li class="down">DOWN</li><li class="maint">MAINT</li><li class="drain">DRAIN</li>
            <li class="nocheck">not checked</li></ul>
            <p><a href="\(link("csv"))">CSV export</a> <a href="\(link("json"))">JSON export</a></p></div>

            """
        return html
    }

    private func link(_ suffix: String) -> String { escaped("\(settings.uri);\(suffix)") }

    private func append(proxy name: String, _ rows: [StatRow], to html: inout String) {
        let isBackend = rows.contains { $0.number(.type) == 1 }
        let hasForm = settings.isAdmin && isBackend
        if hasForm { html += "<form method=\"post\" action=\"\(escaped(settings.uri))\">\n" }
        html += "<table><caption>\(escaped(name))</caption><thead><tr>"
        if hasForm { html += "<th rowspan=\"2\"></th>" }
        html += "<th rowspan=\"2\"></th>"
        for group in Self.groups {
            html += "<th colspan=\"\(group.columns.count)\">\(group.title)</th>"
        }
        html += "<th colspan=\"\(Self.serverColumns.count)\">Server</th></tr>\n<tr>"
        for group in Self.groups {
            for column in group.columns { html += "<th>\(column.title)</th>" }
        }
        for column in Self.serverColumns { html += "<th>\(column)</th>" }
        html += "</tr></thead><tbody>\n"
        for row in rows { append(row, hasForm: hasForm, to: &html) }
        html += "</tbody></table>\n"
        guard hasForm, let id = rows.first?.number(.iid) else { return }
        html += "<p><label>Choose the action to perform on the checked servers: "
        html += "<select name=\"action\"><option value=\"\"></option>"
        for action in StatsAction.allCases {
            html += "<option value=\"\(action.rawValue)\">\(action.title)</option>"
        }
        html += "</select></label><input type=\"hidden\" name=\"b\" value=\"#\(id)\">"
        html += "<input type=\"submit\" value=\"Apply\"></p></form>\n"
    }

    private func append(_ row: StatRow, hasForm: Bool, to html: inout String) {
        let name = row.text(.serverName) ?? ""
        let title = [row.text(.addr), row.text(.cookie), row.text(.algo)].compactMap(\.self)
        let hint = settings.showsLegends ? title.joined(separator: ", ") : ""
        html += "<tr class=\"\(Self.style(of: row))\">"
        if hasForm {
            let box = "<input type=\"checkbox\" name=\"s\" value=\"\(escaped(name))\">"
            html += "<td>\(row.number(.type) == 2 ? box : "")</td>"
        }
        let shown = row.number(.type) == 2 ? name : name == "FRONTEND" ? "Frontend" : "Backend"
        html += "<th title=\"\(escaped(hint))\">\(escaped(shown))</th>"
        for group in Self.groups {
            for column in group.columns {
                html += "<td>\(row.number(column.field).map { Self.grouped($0) } ?? "")</td>"
            }
        }
        let change = row.number(.lastchg).map { Self.age($0) + " " } ?? ""
        html += "<td class=\"text\">\(change)\(escaped(row.text(.status) ?? ""))</td>"
        html += "<td class=\"text\">\(escaped(check(row)))</td>"
        html += "<td>\(row.number(.weight).map(String.init) ?? "")</td>"
        html += "<td>\(flag(row, .act))</td><td>\(flag(row, .bck))</td>"
        for field in [StatField.chkfail, .chkdown] {
            html += "<td>\(row.number(field).map { Self.grouped($0) } ?? "")</td>"
        }
        html += "<td>\(row.number(.downtime).map { Self.age($0) } ?? "")</td></tr>\n"
    }

    private func check(_ row: StatRow) -> String {
        guard let status = row.text(.checkStatus) else { return "" }
        let code = row.number(.checkCode).map { "/\($0)" } ?? ""
        let time = row.number(.checkDuration).map { " in \($0)ms" } ?? ""
        return status + code + time
    }

    private func flag(_ row: StatRow, _ field: StatField) -> String {
        guard let number = row.number(field) else { return "" }
        return row.number(.type) == 2 ? (number > 0 ? "Y" : "-") : String(number)
    }

    /// 1234567 as `1,234,567`.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// Seconds in the two largest units: `1d4h`, `3m20s`.
    static func age(_ seconds: Int) -> String {
        if seconds >= 86_400 { return "\(seconds / 86_400)d\(seconds % 86_400 / 3600)h" }
        if seconds >= 3600 { return "\(seconds / 3600)h\(seconds % 3600 / 60)m" }
        if seconds >= 60 { return "\(seconds / 60)m\(seconds % 60)s" }
        return "\(seconds)s"
    }

    private static func style(of row: StatRow) -> String {
        switch row.number(.type) {
        case 0: return "frontend"
        case 1: return "total"
        default: break
        }
        let status = row.text(.status) ?? ""
        if status.hasPrefix("MAINT") { return "maint" }
        if status.hasPrefix("DRAIN") || status.hasPrefix("NOLB") { return "drain" }
        if status.hasPrefix("no check") { return "nocheck" }
        if status.hasPrefix("DOWN") { return "down" }
        return row.number(.bck) == 1 ? "backup" : "up"
    }

    private func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        body{font:13px system-ui,sans-serif;margin:1.5em;color:#222;background:#fff}
        h1{font-size:20px;margin:0}h2{font-size:14px;font-weight:normal;color:#666;margin:.2em 0 1em}
        .notice{background:#fff3c4;border:1px solid #e0c060;padding:.5em 1em;display:inline-block}
        .general{display:flex;flex-wrap:wrap;gap:2em;align-items:center;margin-bottom:1em}
        dl{display:grid;grid-template-columns:auto auto;gap:0 1em;margin:0}dt{color:#666}dd{margin:0}
        .legend{list-style:none;display:flex;gap:.4em;padding:0;margin:0}.legend li{padding:2px 8px}
        table{border-collapse:collapse;margin:0 0 .4em;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;font-size:15px;padding:.8em 0 .3em}
        th,td{border:1px solid #ccc;padding:2px 6px;text-align:right;white-space:nowrap}
        thead th{background:#eef1f4;font-weight:500;text-align:center}
        tbody th{text-align:left;font-weight:600}td.text{text-align:left}
        .frontend{background:#f4f6fb}.total{background:#e6eaf2;font-weight:600}
        .up{background:#d3f2d0}.backup{background:#d0e4fa}.down{background:#fac4c0}
        .maint{background:#e8d6b8}.drain{background:#cfd8ff}.nocheck{background:#eee}
        form p{margin:.2em 0 1em}
        """
}

/// What the form of the page does to servers; raw values as HAProxy's form has them.
enum StatsAction: String, CaseIterable {
    case ready, drain, maint
    case healthUp = "hrunn"
    case healthDown = "hdown"
    case shutdown

    /// What the menu shows.
    var title: String {
        switch self {
        case .ready: "Set state to READY"
        case .drain: "Set state to DRAIN"
        case .maint: "Set state to MAINT"
        case .healthUp: "Health: force UP"
        case .healthDown: "Health: force DOWN"
        case .shutdown: "Kill Sessions"
        }
    }

    /// The command that does it.
    func command(_ server: ServerReference) -> RuntimeCommand {
        switch self {
        case .ready: .setServerState(server, .ready)
        case .drain: .setServerState(server, .drain)
        case .maint: .setServerState(server, .maint)
        case .healthUp: .setServerHealth(server, .up)
        case .healthDown: .setServerHealth(server, .down)
        case .shutdown: .shutdownServerSessions(server)
        }
    }
}
