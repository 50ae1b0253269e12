/// An HTTP response as a check looks at it; lenient, because nobody else gets to see it.
struct CheckResponse {
    let status: Int
    let reason: String
    /// Names in lower case.
    let fields: [(name: String, value: String)]
    let body: [UInt8]
    /// All of the body is here.
    let isWhole: Bool

    /// How the first bytes of an answer read.
    enum Reading {
        case incomplete, invalid
        case response(CheckResponse)
    }

    /// Reads what came so far.
    static func read(_ bytes: [UInt8], isClosed: Bool) -> Reading {
        let opening = Array("HTTP/1.".utf8)
        guard bytes.prefix(opening.count).elementsEqual(opening.prefix(bytes.count)) else {
            return .invalid
        }
        guard let end = endOfHead(bytes) else { return isClosed ? .invalid : .incomplete }
        let lines = bytes[..<end.lines].split(separator: 10, omittingEmptySubsequences: false).map {
            String(decoding: $0.last == 13 ? $0.dropLast() : $0, as: UTF8.self)
        }
        let words = (lines.first ?? "").split(
            separator: " ",
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard words.count >= 2, words[1].utf8.count == 3, let status = Int(words[1]), status >= 100
        else { return .invalid }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingSpaces
            fields.append((line[..<colon].lowercased(), String(value)))
        }
        let rest = Array(bytes[end.body...])
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) }
        let isChunked = fields.contains {
            $0.name == "transfer-encoding" && $0.value.lowercased().hasSuffix("chunked")
        }
        let (body, isEnd) = isChunked ? unchunked(rest) : (rest, rest.count >= length ?? .max)
        return .response(
            CheckResponse(
                status: status,
                reason: words.count > 2 ? String(words[2]) : "",
                fields: fields,
                body: body,
                isWhole: isClosed || isEnd || status == 204 || status == 304
            )
        )
    }

    private static func endOfHead(_ bytes: [UInt8]) -> (lines: Int, body: Int)? {
        var index = 0
        while let end = bytes[index...].firstIndex(of: 10) {
            let next = end + 1
            if next < bytes.count, bytes[next] == 10 { return (end, next + 1) }
            if next + 1 < bytes.count, bytes[next] == 13, bytes[next + 1] == 10 {
                return (end, next + 2)
            }
            index = next
        }
        return nil
    }

    private static func unchunked(_ bytes: [UInt8]) -> (body: [UInt8], isEnd: Bool) {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            let digits = String(decoding: rest[..<end], as: UTF8.self).prefix { $0.isHexDigit }
            guard let size = Int(digits, radix: 16) else { return (body, true) }
            if size == 0 { return (body, true) }
            rest = rest[(end + 1)...]
            body += rest.prefix(size)
            guard rest.count >= size + 2 else { break }
            rest = rest.dropFirst(size + 2)
        }
        return (body, false)
    }
}

extension Substring {
    /// Without spaces and tabs at both ends.
    fileprivate var trimmingSpaces: Substring {
        var trimmed = self
        while let first = trimmed.first, first == " " || first == "\t" { trimmed.removeFirst() }
        while let last = trimmed.last, last == " " || last == "\t" { trimmed.removeLast() }
        return trimmed
    }
}

/// The regular expressions of checks, each compiled when it is first used.
struct CheckPatterns: ~Copyable {
    private var regexes: [String: Regex] = [:]
    private var scratch = RegexScratch()

    deinit {
        for regex in regexes.values { regex.free() }
        scratch.free()
    }

    /// Whether an expression matches anywhere.
    mutating func matches(_ pattern: String, _ bytes: [UInt8]) -> Bool {
        if regexes[pattern] == nil {
            do throws(Regex.Mistake) {
                regexes[pattern] = try Regex.compile(pattern, ignoresCase: false)
            } catch {
                return false
            }
        }
        guard let regex = regexes[pattern] else { return false }
        return bytes.span.withSlice { scratch.matches(regex, $0) }
    }

    /// Whether a text matches in some way.
    mutating func matches(_ match: CheckHeader.Match, _ text: String, ignoresCase: Bool) -> Bool {
        if match.kind == .regex { return matches(match.text, Array(text.utf8)) }
        let wanted = ignoresCase ? match.text.lowercased() : match.text
        let found = ignoresCase ? text.lowercased() : text
        return switch match.kind {
        case .prefix: found.hasPrefix(wanted)
        case .suffix: found.hasSuffix(wanted)
        case .substring: wanted.isEmpty || found.contains(wanted)
        default: found == wanted
        }
    }
}
