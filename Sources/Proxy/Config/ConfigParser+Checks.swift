import BootConfig
import Model

/// `option httpchk`, `http-check` and `tcp-check`.
extension ConfigParser {
    /// `option httpchk [URI | METHOD URI [VERSION]]`.
    mutating func parse(httpchk line: BootLine, isOn: Bool, into draft: inout ProxyDraft) {
        draft.check.kind = isOn ? .http : .connection
        guard isOn else { return }
        draft.check.beginOwn(\.http)
        let words = Array(line.words.dropFirst(2))
        switch words.count {
        case 0: break
        case 1: draft.check.request.uri = words[0]
        default:
            draft.check.request.method = words[0]
            draft.check.request.uri = words[1]
            if words.count > 2 { setVersion(ofLegacy: words[2], line, of: &draft.check.request) }
            if words.count > 3 {
                report(
                    "'option httpchk' : headers belong on an 'http-check send' line.",
                    at: line.origin
                )
            }
        }
    }

    /// `HTTP/1.1\r\nHost:\ x\r\n\r\nbody`, as it was written before `http-check send`.
    private mutating func setVersion(
        ofLegacy text: String,
        _ line: BootLine,
        of request: inout HTTPCheckConfiguration
    ) {
        // Carriage return and line feed are one character to Swift.
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String(String.UnicodeScalarView($0.last == "\r" ? $0.dropLast() : $0)) }[...]
        setVersion(lines.popFirst() ?? "", line, of: &request)
        while let field = lines.popFirst(), !field.isEmpty {
            guard let colon = field.firstIndex(of: ":") else {
                return report(
                    "'option httpchk' : '\(field)' is no header field.",
                    at: line.origin
                )
            }
            let value = field[field.index(after: colon)...].drop { $0 == " " }
            request.headers.append(.init(name: String(field[..<colon]), value: String(value)))
        }
        request.body = lines.joined(separator: "\r\n")
    }

    /// `option smtpchk [HELO|EHLO DOMAIN]`.
    mutating func parse(smtpchk line: BootLine, isOn: Bool, into draft: inout ProxyDraft) {
        draft.check.kind = isOn ? .smtp : .connection
        let words = Array(line.words.dropFirst(2))
        let isHello = words.count == 2 && ["HELO", "EHLO"].contains(words[0])
        draft.check.greeting = isHello ? words.joined(separator: " ") : "HELO localhost"
    }

    private mutating func setVersion(
        _ version: String,
        _ line: BootLine,
        of request: inout HTTPCheckConfiguration
    ) {
        guard version == "HTTP/1.0" || version == "HTTP/1.1" else {
            return report(
                "'\(version)' : only HTTP/1.0 and HTTP/1.1 checks are supported.",
                at: line.origin
            )
        }
        request.version = version
    }

    /// One `http-check` or `tcp-check` rule.
    mutating func parse(check line: BootLine, into draft: inout ProxyDraft) {
        let path: WritableKeyPath<CheckDraft, CheckDraft.Rules> =
            line.keyword == "http-check" ? \.http : \.tcp
        let rule = line.words.count > 1 ? line.words[1] : ""
        switch (line.keyword, rule) {
        case ("http-check", "disable-on-404"):
            draft.check.disablesOn404 = true
            expectEnd(of: line, after: 2)
        case ("http-check", "send-state"):
            draft.check.sendsState = true
            expectEnd(of: line, after: 2)
        case (_, "comment"):
            guard line.words.count == 3 else {
                return report("'\(line.keyword) comment' expects a text.", at: line.origin)
            }
            draft.check.beginOwn(path)
            draft.check[keyPath: path].comment = line.words[2]
        case ("http-check", "send"): parse(checkSend: line, into: &draft)
        default:
            do throws(RuleMistake) {
                var reader = CheckRuleReader(line.words[min(2, line.words.count)...])
                draft.check.append(try reader.step(rule, of: line.keyword), to: path)
            } catch {
                report("'\(line.keyword) \(rule)' : \(error).", at: line.origin)
            }
        }
    }

    /// `http-check send [meth M] [uri U] [ver V] [hdr NAME VALUE]… [body B] [comment C]`.
    private mutating func parse(checkSend line: BootLine, into draft: inout ProxyDraft) {
        draft.check.beginOwn(\.http)
        let isFirst = !draft.check.hasSend
        var request = isFirst ? draft.check.request : HTTPCheckConfiguration()
        var step = CheckStep(.request(request))
        if isFirst { request.headers = [] }
        var index = 2
        while index < line.words.count {
            let rest = line.words[index...].dropFirst()
            switch line.words[index] {
            case "meth" where !rest.isEmpty: request.method = rest.first ?? ""
            case "uri" where !rest.isEmpty: request.uri = rest.first ?? ""
            case "ver" where !rest.isEmpty: setVersion(rest.first ?? "", line, of: &request)
            case "body" where !rest.isEmpty: request.body = rest.first ?? ""
            case "comment" where !rest.isEmpty: step.comment = rest.first ?? ""
            case "hdr" where rest.count >= 2:
                let name = rest[rest.startIndex]
                request.headers.append(.init(name: name, value: rest[rest.startIndex + 1]))
                index += 1
            default:
                return report(
                    "'http-check send' : unknown or unsupported keyword, or missing argument, at "
                        + "'\(line.words[index])'.",
                    at: line.origin
                )
            }
            index += 2
        }
        if isFirst { draft.check.request = request }
        step.action = .request(request)
        draft.check.append(step, to: \.http)
    }
}
