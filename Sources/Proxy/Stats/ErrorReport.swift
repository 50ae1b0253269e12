/// An invalid message as `show errors` prints it.
struct ErrorReport {
    /// Name and id.
    typealias Proxy = (name: String, id: Int)

    let capture: ErrorCapture
    var frontend: Proxy = ("<NONE>", -1)
    var backend: Proxy = ("<NONE>", -1)

    init(capture: ErrorCapture) { self.capture = capture }

    /// The side that got it.
    var owner: Proxy { capture.isResponse ? backend : frontend }

    var text: String {
        let date = SessionReport.date(capture.time)
        let server = capture.server
        let from =
            "server \(server?.name ?? "<NONE>") (#\(server?.id ?? -1)), event #\(capture.number)"
        var text = " \n[\(date)] "
        if capture.isResponse {
            text += "backend \(backend.name) (#\(backend.id)): invalid response\n"
            text += "  frontend \(frontend.name) (#\(frontend.id)), "
        } else {
            text += "frontend \(frontend.name) (#\(frontend.id)): invalid request\n"
            text += "  backend \(backend.name) (#\(backend.id)), "
        }
        text += "\(from), src \(capture.source)\n  len \(capture.length)"
        if capture.length > capture.bytes.count { text += ", first \(capture.bytes.count)" }
        return text + " :\n  \n" + Self.dump(capture.bytes)
    }

    private static let lineEnd = 80

    /// HAProxy's `dump_text_line`, line by line: at most 80 columns, a line feed ends one.
    static func dump(_ bytes: [UInt8]) -> String {
        var text = ""
        var index = 0
        var lineStart = 0
        while index < bytes.count {
            let offset = String(String(100_000 + index).dropFirst())
            var line = "  \(offset)\(index == lineStart ? " " : "+") "
            while index < bytes.count {
                let piece = escaped(bytes[index])
                // Room for what the piece takes and the line feed behind it.
                guard line.utf8.count + piece.utf8.count < lineEnd else { break }
                line += piece
                index += 1
                if bytes[index - 1] == 10 {
                    lineStart = index
                    break
                }
            }
            text += line + "\n"
        }
        return text
    }

    private static func escaped(_ byte: UInt8) -> String {
        switch byte {
        case 9: return "\\t"
        case 10: return "\\n"
        case 13: return "\\r"
        case 27: return "\\e"
        case 92: return "\\\\"
        case 32...126: return String(UnicodeScalar(byte))
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
        }
    }
}
