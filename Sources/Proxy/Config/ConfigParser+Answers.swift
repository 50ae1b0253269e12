import BootConfig
import Model

extension ConfigParser {
    /// Keywords about error pages, captures, ids and log formats; false for every other.
    mutating func applyAnswer(_ line: BootLine, to draft: inout ProxyDraft) -> Bool {
        switch line.keyword {
        case "errorfile": parse(errorFile: line, into: &draft)
        case "errorloc", "errorloc302", "errorloc303": parse(errorLocation: line, into: &draft)
        case "errorfiles": parse(errorFiles: line, into: &draft)
        case "http-error": parse(httpError: line, into: &draft)
        case "capture": parse(capture: line, into: &draft)
        case "declare": parse(declare: line, into: &draft)
        case "unique-id-format", "log-format", "error-log-format": parse(format: line, into: &draft)
        case "unique-id-header":
            guard line.words.count == 2 else {
                report("'unique-id-header' expects the name of a header.", at: line.origin)
                break
            }
            draft.rules.settled.uniqueIDHeader = configuration.rules.intern(line.words[1])
        default: return false
        }
        return true
    }

    private func status(_ word: String) -> Int? {
        Int(word).flatMap { RuleParser.errorStatuses.contains($0) ? $0 : nil }
    }

    private mutating func parse(errorFile line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count == 3, let status = status(line.words[1]) else {
            return report(
                "'errorfile' : expects <status_code> and <file> as arguments, and a status that has a page.",
                at: line.origin
            )
        }
        let made = readRule(line, in: &draft, as: "'errorfile'") { parser throws(RuleMistake) in
            var reply = ReplyTemplate()
            reply.status = Int32(status)
            reply.isWhole = true
            reply.body = try parser.errorFile(line.words[2])
            return parser.draft.append(reply, to: \.replies)
        }
        if let made { draft.rules.errorReplies.append(made) }
    }

    private mutating func parse(errorLocation line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count == 3, let status = status(line.words[1]) else {
            return report(
                "'\(line.keyword)' : expects <status_code> and <url> as arguments.",
                at: line.origin
            )
        }
        let code = line.keyword == "errorloc303" ? "303 See Other" : "302 Found"
        let text =
            "HTTP/1.1 \(code)\r\ncontent-length: 0\r\nlocation: \(line.words[2])\r\ncache-control: no-cache\r\n\r\n"
        var reply = ReplyTemplate()
        reply.status = Int32(status)
        reply.isWhole = true
        reply.body = configuration.rules.intern(text)
        draft.rules.errorReplies.append(configuration.rules.append(reply, to: \.replies))
    }

    /// `errorfiles NAME [CODE…]` takes over pages of an `http-errors` section.
    private mutating func parse(errorFiles line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count >= 2, let section = httpErrors[line.words[1]] else {
            return report(
                "'errorfiles' : http-errors section '\(line.words.count > 1 ? line.words[1] : "")' not found.",
                at: line.origin
            )
        }
        let wanted = line.words.dropFirst(2).map { Int($0) ?? 0 }
        draft.rules.errorReplies += section.filter { number in
            let status = Int(configuration.rules.replies[Int(number)].status)
            return wanted.isEmpty || wanted.contains(status)
        }
    }

    /// The pages of an `http-errors` section.
    mutating func parse(httpErrors section: BootSection) {
        var draft = ProxyDraft(kind: .defaults, name: section.name, id: 0, origin: section.origin)
        for line in section.lines {
            guard line.keyword == "errorfile" else {
                report(
                    "unknown keyword '\(line.keyword)' in 'http-errors' section",
                    at: line.origin
                )
                continue
            }
            parse(errorFile: line, into: &draft)
        }
        httpErrors[section.name] = draft.rules.errorReplies
    }

    private mutating func parse(httpError line: BootLine, into draft: inout ProxyDraft) {
        let made = readRule(line, in: &draft, as: "'http-error'") { parser throws(RuleMistake) in
            try parser.reply(
                Array(line.arguments),
                of: "http-error",
                defaultStatus: 0,
                isDeny: false
            )
        }
        guard let made else { return }
        guard status("\(configuration.rules.replies[Int(made)].status)") != nil else {
            return report(
                "'http-error' : expects 'status' with a code that has a page.",
                at: line.origin
            )
        }
        draft.rules.errorReplies.append(made)
    }

    /// `capture request|response header NAME len N`.
    private mutating func parse(capture line: BootLine, into draft: inout ProxyDraft) {
        let words = line.words
        guard words.count == 6, ["request", "response"].contains(words[1]), words[2] == "header",
            words[4] == "len", let length = Int64(words[5]), length > 0
        else {
            return report(
                "'capture' expects 'request header <name> len <length>' or 'response header …'; "
                    + "apus-proxy captures no cookies.",
                at: line.origin
            )
        }
        let isRequest = words[1] == "request"
        let fetch = isRequest ? "req.fhdr" : "res.fhdr"
        let slot =
            isRequest ? draft.rules.settled.requestCaptures : draft.rules.settled.responseCaptures
        let made = readRule(line, in: &draft, as: "'capture'") { parser throws(RuleMistake) in
            var action = RuleAction(.capture)
            action.expression = try parser.expression("\(fetch)(\(words[3]))").index
            action.number = Int64(slot)
            action.other = length
            return action
        }
        guard let made else { return }
        // Captured before any rule may change what is captured.
        if isRequest {
            draft.rules.content.insert(made, at: Int(slot))
            draft.rules.settled.requestCaptures += 1
        } else {
            draft.rules.responseHeads.append(made)
            draft.rules.settled.responseCaptures += 1
        }
    }

    /// `declare capture request|response len N`.
    private mutating func parse(declare line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count == 5, line.words[1] == "capture", line.words[3] == "len",
            Int(line.words[4]) != nil, ["request", "response"].contains(line.words[2])
        else {
            return report(
                "'declare' expects 'capture request|response len <length>'.",
                at: line.origin
            )
        }
        if line.words[2] == "request" {
            draft.rules.settled.requestCaptures += 1
        } else {
            draft.rules.settled.responseCaptures += 1
        }
    }

    private mutating func parse(format line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count == 2 else {
            return report("'\(line.keyword)' expects one argument, a format.", at: line.origin)
        }
        let made = readRule(line, in: &draft, as: "'\(line.keyword)'") {
            parser throws(RuleMistake) in
            try parser.format(
                line.words[1],
                for: line.keyword == "unique-id-format" ? .value : .log
            )
        }
        guard let made else { return }
        switch line.keyword {
        case "log-format": draft.rules.settled.logFormat = made
        case "error-log-format": draft.rules.settled.errorLogFormat = made
        default: draft.rules.settled.uniqueID = made
        }
    }
}
