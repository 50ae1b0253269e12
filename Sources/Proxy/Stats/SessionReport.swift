/// A session as `show sess` prints it: HAProxy 3.0's fields as far as they mean something here, in its order.
struct SessionReport {
    /// Name, id, mode tcp.
    typealias Proxy = (name: String, id: Int, isTCP: Bool)

    let row: SessionRow
    var frontend: Proxy?
    var backend: Proxy?

    init(row: SessionRow) { self.row = row }

    private var pointer: String { "0x" + String(row.id, radix: 16) }

    private var protocolName: String {
        if row.source.hasPrefix("unix") { return "unix_stream" }
        return row.source.hasPrefix("[") ? "tcpv6" : "tcpv4"
    }

    private var expiry: Int64? {
        [row.client.expiry, row.upstream.expiry].compactMap { $0 }.min()
    }

    /// The one line of `show sess`.
    var line: String {
        "\(pointer): proto=\(protocolName) src=\(row.source) fe=\(frontend?.name ?? "<NONE>") "
            + "be=\(backend?.name ?? "<NONE>") srv=\(row.server?.name ?? "<none>") "
            + "age=\(Self.time(row.age)) rq[i=\(row.client.input)] rp[i=\(row.upstream.input)] "
            + "scf=[fd=\(row.client.descriptor),rex=\(Self.time(row.client.expiry))] "
            + "scb=[fd=\(row.upstream.descriptor),rex=\(Self.time(row.upstream.expiry))] "
            + "exp=\(Self.time(expiry)) rc=\(row.retries)\n"
    }

    /// The lines of `show sess all`; `began` in milliseconds since 1970.
    func lines(began: Int) -> String {
        var text = """
            \(pointer): [\(Self.date(began))] id=\(row.requestNumber) proto=\(protocolName) source=\(row.source)
              phase=\(row.phase), conn_retries=\(row.retries), exp=\(Self.never(expiry)), age=\(Self.time(row.age))
              frontend=\(Self.text(of: frontend)), addr=\(row.destination)
              backend=\(Self.text(of: backend))

            """
        if row.upstream.descriptor >= 0 {
            text.removeLast()
            text += " addr=\(row.upstream.localAddress)\n"
        }
        if let server = row.server {
            text += "  server=\(server.name) (id=\(server.id)) addr=\(server.address)\n"
        } else {
            text += "  server=<NONE> (id=-1)\n"
        }
        if !row.isTCP {
            text += "  txn meth=\(row.method) status=\(row.status == 0 ? -1 : Int(row.status))\n"
        }
        text += "  scf fd=\(row.client.descriptor) rex=\(Self.never(row.client.expiry)) "
        text += "i=\(row.client.input) o=\(row.client.output)\n"
        if row.upstream.descriptor >= 0 {
            text += "  scb fd=\(row.upstream.descriptor) rex=\(Self.never(row.upstream.expiry)) "
            text += "i=\(row.upstream.input) o=\(row.upstream.output)\n"
        }
        return text + "  req total=\(row.bytesIn)\n  res total=\(row.bytesOut)\n"
    }

    private static func text(of proxy: Proxy?) -> String {
        guard let proxy else { return "<NONE> (id=-1 mode=-)" }
        return "\(proxy.name) (id=\(proxy.id) mode=\(proxy.isTCP ? "tcp" : "http"))"
    }

    private static func never(_ milliseconds: Int64?) -> String {
        milliseconds == nil ? "<NEVER>" : time(milliseconds)
    }

    /// HAProxy's `human_time`: the two greatest units, whole seconds at least.
    static func time(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "" }
        var rest = milliseconds / 1000
        var parts: [String] = []
        for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)]
        where parts.count < 2 && rest >= length {
            parts.append("\(rest / length)\(unit)")
            rest %= length
        }
        return parts.isEmpty ? "0s" : parts.joined()
    }

    /// `23/Nov/2026:14:47:39.983`, in UTC.
    static func date(_ milliseconds: Int) -> String {
        let parts = LogDate.parts(of: Int64(milliseconds / 1000))
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let millis = String(1000 + milliseconds % 1000).dropFirst()
        return "\(two(parts.day))/\(months[parts.month - 1])/\(parts.year):\(two(parts.hour)):"
            + "\(two(parts.minute)):\(two(parts.second)).\(millis)"
    }
}
