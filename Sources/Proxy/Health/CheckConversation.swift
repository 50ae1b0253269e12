import Model

/// Goes through the steps of one check: what to do next and what it came to. Knows neither sockets nor time.
///
/// Results and their words are HAProxy's (`tcpcheck.c`, 2.6).
struct CheckConversation {
    /// What the loop has to do.
    enum Action: Hashable {
        case connect(Endpoint)
        case send([UInt8])
        case receive
        case finish(CheckResult.Status, code: Int?, detail: String)
    }

    /// Answers longer than this are looked at as far as they go (HAProxy's buffer).
    static let limit = 16_384

    private let script: CheckScript
    private let endpoint: Endpoint
    private let state: String
    /// The step that is carried out; one behind the last when all were.
    private var index = -1
    private var received: [UInt8] = []
    private var isClosed = false
    private var lastCode: Int?

    init(_ script: CheckScript?, to endpoint: Endpoint, state: String = "") {
        self.state = state
        var script = script ?? CheckScript(.tcp)
        if case .connect? = script.steps.first?.action {
        } else {
            script.steps.insert(CheckStep(.connect(CheckConnection())), at: 0)
        }
        self.script = script
        self.endpoint = endpoint
    }

    private var step: CheckStep { script.steps[index] }

    /// Goes to the next step; first to begin, then whenever one is done.
    mutating func advance(_ patterns: inout CheckPatterns) -> Action {
        index += 1
        guard index < script.steps.count else { return end() }
        switch step.action {
        case .connect(let connection):
            received = []
            isClosed = false
            return .connect(target(of: connection))
        case .send(let bytes): return .send(bytes)
        case .request(let request): return .send(request.bytes(to: endpoint, state: state))
        case .expect:
            // What came before the last rule was sent is no answer to it.
            if index > 0, case .expect = script.steps[index - 1].action {
                return judge(&patterns)
            }
            if index > 0, case .connect = script.steps[index - 1].action {} else { received = [] }
            return .receive
        }
    }

    private func target(of connection: CheckConnection) -> Endpoint {
        let host = connection.endpoint ?? endpoint
        return connection.port.map { host.with(port: $0) }
            ?? (host.port == 0 ? host.with(port: endpoint.port ?? 0) : host)
    }

    /// Takes what came; the peer has nothing more to say when `isLast`.
    mutating func receive(_ bytes: [UInt8], isLast: Bool, _ patterns: inout CheckPatterns) -> Action
    {
        received += bytes.prefix(Self.limit - received.count)
        isClosed = isClosed || isLast
        guard index >= 0, index < script.steps.count, case .expect = step.action else {
            return .receive
        }
        return judge(&patterns)
    }

    /// The end that a broken connection or the time makes.
    func failure(_ status: CheckResult.Status, because reason: String = "") -> Action {
        var status = status
        if status == .layer7Timeout, case .expect(let expectation) = step.action {
            status = expectation.timedOut ?? status
        }
        return .finish(status, code: nil, detail: reason + place)
    }

    /// Only rules that somebody wrote have a number.
    private var place: String {
        guard script.kind == .tcp, step.number > 0 else { return "" }
        var text = " at step \(step.number) of tcp-check"
        switch step.action {
        case .connect(let connection):
            text += connection.port.map { " (connect port \($0))" } ?? " (connect)"
        case .send, .request: text += " (send)"
        case .expect(let expectation):
            switch expectation.pattern {
            case .text(let bytes): text += " (expect string '\(Self.text(bytes))')"
            case .binary(let bytes): text += " (expect binary '\(Self.text(bytes))')"
            case .binaryRegex: text += " (expect binary regex)"
            default: text += " (expect regex)"
            }
        }
        return step.comment.isEmpty ? text : "\(text) comment: '\(step.comment)'"
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Every rule was passed.
    private func end() -> Action {
        guard let last = script.steps.last, !isPlain else {
            return .finish(.layer4OK, code: nil, detail: "")
        }
        switch last.action {
        case .connect: return .finish(.layer4OK, code: nil, detail: "")
        case .expect(let expectation) where script.kind == .http:
            return .finish(
                expectation.passed ?? .layer7OK,
                code: lastCode,
                detail: expectation.onSuccess
            )
        case .expect(let expectation) where expectation.words != .usual:
            let (code, words) = told(expectation)
            return .finish(expectation.passed ?? .layer7OK, code: code, detail: words)
        case .expect(let expectation):
            let detail = expectation.onSuccess.isEmpty ? "(tcp-check)" : expectation.onSuccess
            return .finish(expectation.passed ?? .layer7OK, code: 0, detail: detail)
        default: return .finish(.layer7OK, code: 0, detail: "(tcp-check)")
        }
    }

    /// What the server itself said, with the code in front of it.
    private func told(_ expectation: CheckExpectation) -> (code: Int?, words: String) {
        let line = received.prefix { $0 != 10 && $0 != 13 }
        guard expectation.words == .codeAndText else { return (nil, Self.text(Array(line))) }
        let words = line.dropFirst(4).drop { $0 == 32 }
        return (Int(Self.text(Array(line.prefix(3)))), Self.text(Array(words)))
    }

    /// Nothing but the connection is checked.
    private var isPlain: Bool { script.steps.count == 1 }

    // MARK: Judging

    private mutating func judge(_ patterns: inout CheckPatterns) -> Action {
        guard case .expect(let expectation) = step.action else { return .receive }
        if expectation.pattern == .agentLine { return readAgent() }
        return script.kind == .http
            ? judgeHTTP(expectation, &patterns) : judgeBytes(expectation, &patterns)
    }

    private var isFull: Bool { isClosed || received.count >= Self.limit }

    private mutating func judgeBytes(
        _ expectation: CheckExpectation,
        _ patterns: inout CheckPatterns
    ) -> Action {
        if received.count < expectation.minimum, !isFull { return .receive }
        if received.isEmpty, isClosed { return failure(.layer7InvalidResponse) }
        let isFound: Bool
        switch expectation.pattern {
        case .text(let wanted), .binary(let wanted):
            // Without all of what is wanted nothing can be said yet.
            if received.count < wanted.count, expectation.minimum < 0, !isFull { return .receive }
            isFound = Self.contains(received, wanted)
        case .regex(let pattern): isFound = patterns.matches(pattern, received)
        case .binaryRegex(let pattern):
            isFound = patterns.matches(pattern, Self.hexadecimal(received))
        default: isFound = false
        }
        // Without `min-recv` what is missing may still come, wanted or not.
        if !isFound, expectation.minimum < 0, !isFull { return .receive }
        if isFound != expectation.isNegated { return advance(&patterns) }
        if expectation.words != .usual {
            let (code, words) = told(expectation)
            let status = expectation.failed ?? .layer7InvalidResponse
            return .finish(status, code: code, detail: words)
        }
        var text = isFound ? "TCPCHK matched unwanted content" : "TCPCHK did not match content"
        switch expectation.pattern {
        case .text(let bytes): text += " '\(Self.text(bytes))'"
        case .binary(let bytes): text += " '\(Self.text(Self.hexadecimal(bytes)))'"
        case .binaryRegex: text += " (binary regex)"
        default: text += " (regex)"
        }
        text += " at step \(step.number)"
        if !step.comment.isEmpty { text += " comment: '\(step.comment)'" }
        return .finish(
            expectation.failed ?? .layer7InvalidResponse,
            code: nil,
            detail: expectation.onError.isEmpty ? text : expectation.onError
        )
    }

    private mutating func judgeHTTP(
        _ expectation: CheckExpectation,
        _ patterns: inout CheckPatterns
    ) -> Action {
        let response: CheckResponse
        switch CheckResponse.read(received, isClosed: isFull) {
        case .incomplete: return .receive
        case .invalid: return .finish(.layer7InvalidResponse, code: nil, detail: "")
        case .response(let read): response = read
        }
        lastCode = response.status
        if script.disablesOn404, response.status == 404 {
            return .finish(.layer7Conditional, code: 404, detail: "")
        }
        var usual = CheckResult.Status.layer7WrongStatus
        var words = response.reason
        let isFound: Bool
        switch expectation.pattern {
        case .status(let ranges): isFound = ranges.contains { $0.contains(response.status) }
        case .statusRegex(let pattern):
            isFound = patterns.matches(pattern, Array("\(response.status)".utf8))
        case .header(let header): isFound = Self.has(header, response, &patterns)
        default:
            guard response.isWhole || received.count >= Self.limit else { return .receive }
            isFound = Self.matchesBody(expectation.pattern, response.body, &patterns)
            usual = .layer7InvalidResponse
            words =
                isFound ? "HTTP check matched unwanted content" : "HTTP content check did not match"
            if !step.comment.isEmpty { words += " comment: \(step.comment)" }
        }
        if isFound != expectation.isNegated { return advance(&patterns) }
        let status = expectation.failed ?? usual
        return .finish(
            status,
            code: status == .layer7InvalidResponse ? nil : response.status,
            detail: expectation.onError.isEmpty ? words : expectation.onError
        )
    }

    private static func matchesBody(
        _ pattern: CheckExpectation.Pattern,
        _ body: [UInt8],
        _ patterns: inout CheckPatterns
    ) -> Bool {
        switch pattern {
        case .body(let wanted): contains(body, wanted)
        case .bodyRegex(let pattern): patterns.matches(pattern, body)
        default: false
        }
    }

    private static func has(
        _ header: CheckHeader,
        _ response: CheckResponse,
        _ patterns: inout CheckPatterns
    ) -> Bool {
        for field in response.fields
        where patterns.matches(header.name, field.name, ignoresCase: true) {
            guard let wanted = header.value else { return true }
            let values =
                header.isWhole
                ? [field.value]
                : field.value.split(separator: ",").map { part in
                    String(part.drop { $0 == " " || $0 == "\t" })
                }
            for value in values where patterns.matches(wanted, value, ignoresCase: false) {
                return true
            }
        }
        return false
    }

    /// The first line is everything an agent says.
    private func readAgent() -> Action {
        let end = received.firstIndex { $0 == 10 || $0 == 13 }
        if end == nil, !isFull { return .receive }
        guard end != nil || !received.isEmpty else { return failure(.layer7InvalidResponse) }
        return .finish(
            .layer7OK,
            code: 0,
            detail: Self.text(Array(received[..<(end ?? received.count)]))
        )
    }

    private static func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard wanted.count <= bytes.count else { return false }
        return (0...(bytes.count - wanted.count)).contains { start in
            bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }
}
