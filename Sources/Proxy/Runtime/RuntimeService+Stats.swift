import Model
import RuntimeAPI

/// What a worker forwarded to the statistics page or the exporter.
struct StatsRequest {
    var method = ""
    var target = ""
    /// Of `Authorization: Basic`, decoded.
    var credentials: String?
    var body = ""
}

/// What is sent back.
struct StatsResponse: Equatable {
    var status = "200 OK"
    var fields: [String] = []
    var type = "text/plain"
    var body = ""

    static let unauthorizedBody = "<html><body><h1>401 Unauthorized</h1></body></html>\n"

    /// Head and body; a HEAD request gets the head alone.
    func bytes(isHead: Bool, closes: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status)\r\ncache-control: no-cache\r\n"
        for field in fields { text += "\(field)\r\n" }
        if !body.isEmpty { text += "content-type: \(type)\r\n" }
        text += "content-length: \(body.utf8.count)\r\n"
        if closes { text += "connection: close\r\n" }
        return Array((text + "\r\n" + (isHead ? "" : body)).utf8)
    }
}

extension RuntimeService {
    /// Answers a request to one of `ProxyConfiguration.services`.
    func answer(_ request: StatsRequest, to service: ServiceConfiguration, now: Milliseconds)
        -> StatsResponse
    {
        self.now = now
        switch service.kind {
        case .exporter:
            guard ["GET", "HEAD"].contains(request.method) else {
                return StatsResponse(status: "405 Method Not Allowed")
            }
            var response = StatsResponse(type: "text/plain; version=0.0.4")
            response.body = PrometheusReport(info: info(now: now), rows: statRows(nil)).text
            return response
        case .page(let settings):
            return answer(request, settings)
        }
    }

    private func answer(_ request: StatsRequest, _ settings: StatsConfiguration) -> StatsResponse {
        if !settings.users.isEmpty, !settings.users.contains(where: { $0 == request.credentials }) {
            return StatsResponse(
                status: "401 Unauthorized",
                fields: ["www-authenticate: Basic realm=\"\(settings.realm)\""],
                type: "text/html",
                body: StatsResponse.unauthorizedBody
            )
        }
        if request.method == "POST" { return act(on: request.body, settings) }
        guard ["GET", "HEAD"].contains(request.method) else {
            return StatsResponse(status: "405 Method Not Allowed")
        }
        let options = request.target.dropFirst(settings.uri.count).split(separator: ";")
        var response = StatsResponse()
        let rows = statRows(settings)
        if options.contains("csv") {
            response.body = StatTable(rows: rows).text(.plain)
        } else if options.contains("json") {
            response.type = "application/json"
            response.body = StatTable(rows: rows).text(.json)
        } else {
            var page = StatsPage(settings: settings, info: info(now: now), rows: rows)
            page.notice = options.first { $0.hasPrefix("st=") }.flatMap {
                StatsNotice(rawValue: String($0.dropFirst(3)))?.text
            }
            response.type = "text/html; charset=utf-8"
            response.body = page.html
        }
        return response
    }

    /// `scope` limits what is shown; legends are told where the settings say so.
    private func statRows(_ settings: StatsConfiguration?) -> [StatRow] {
        let report = StatReport(
            table: table,
            plane: plane,
            configuration: configuration,
            now: now,
            rates: frontendRates,
            showsLegends: settings?.showsLegends ?? false
        )
        return report.rows(StatFilter()) ?? []
    }

    /// What the form asks for, then back to the page, as HAProxy does.
    private func act(on body: String, _ settings: StatsConfiguration) -> StatsResponse {
        func redirect(_ notice: StatsNotice) -> StatsResponse {
            StatsResponse(
                status: "303 See Other",
                fields: ["location: \(settings.uri);st=\(notice.rawValue)"]
            )
        }
        guard settings.isAdmin else { return redirect(.denied) }
        var servers: [String] = []
        var action: StatsAction?
        var backend: String?
        for pair in body.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? FormText.decoded(parts[1]) : ""
            switch parts.first {
            case "s": servers.append(value)
            case "action": action = StatsAction(rawValue: value)
            case "b": backend = value
            default: break
            }
        }
        guard let action, let backend else { return redirect(.unknown) }
        guard !servers.isEmpty else { return redirect(.nothing) }
        let failures = servers.count { name in
            let command = action.command(ServerReference(backend: backend, server: name))
            let execution = execute(command, payload: nil, level: .admin, now: now)
            guard case .reply(let reply) = execution else { return true }
            return reply.severity == .error
        }
        if failures == 0 { return redirect(.done) }
        return redirect(failures == servers.count ? .failed : .partly)
    }
}

/// How a form went; raw values as HAProxy puts them behind `;st=`.
enum StatsNotice: String {
    case done = "DONE"
    case partly = "PART"
    case nothing = "NONE"
    case failed = "ERRP"
    case denied = "DENY"
    case unknown = "UNKN"

    var text: String {
        switch self {
        case .done: "Action processed successfully."
        case .partly: "Action partially processed."
        case .nothing: "Nothing has changed."
        case .failed: "Action not processed because of an error."
        case .denied: "Action denied."
        case .unknown: "Unexpected result."
        }
    }
}

/// Values of forms and of Basic credentials.
enum FormText {
    /// `+` is a space, `%41` a byte.
    static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(32)
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Base 64 (RFC 4648 §4); nil for anything else.
    static func base64(_ text: some StringProtocol) -> String? {
        var bits: UInt32 = 0
        var count = 0
        var bytes: [UInt8] = []
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
