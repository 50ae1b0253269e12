package import Model

/// What a check does step by step: `option httpchk`, `option tcp-check`, or an agent's (configuration.txt §4.2).
package struct CheckScript: Hashable, Sendable {
    /// Which rules it is made of; decides how results are worded.
    package enum Kind: Hashable, Sendable { case tcp, http, agent }

    package var kind: Kind
    package var steps: [CheckStep] = []
    /// `http-check disable-on-404`.
    package var disablesOn404 = false
    /// `http-check send-state`.
    package var sendsState = false

    package init(_ kind: Kind) { self.kind = kind }

    /// `option smtpchk` (`proxy_parse_smtpchk_opt`, HAProxy 2.6).
    package static func smtp(_ greeting: String) -> CheckScript {
        var script = CheckScript(.tcp)
        func expect(
            _ pattern: String,
            minimum: Int,
            _ words: CheckExpectation.Words,
            _ failed: CheckResult.Status
        ) {
            var expectation = CheckExpectation(.regex(pattern))
            expectation.minimum = minimum
            expectation.words = words
            expectation.failed = failed
            script.steps.append(CheckStep(.expect(expectation)))
        }
        expect("^[0-9]{3}[ \r]", minimum: 4, .line, .layer7InvalidResponse)
        expect("^2[0-9]{2}[ \r]", minimum: 4, .codeAndText, .layer7WrongStatus)
        script.steps.append(CheckStep(.send(Array("\(greeting)\r\n".utf8))))
        let several = "^(2[0-9]{2}-[^\r]*\r\n)*2[0-9]{2}[ \r]"
        expect(several, minimum: -1, .codeAndText, .layer7WrongStatus)
        script.steps.append(CheckStep(.send(Array("QUIT\r\n".utf8))))
        expect("^2[0-9]{2}[- \r]", minimum: 4, .codeAndText, .layer7WrongStatus)
        return script
    }

    /// The request and the judgement of `option httpchk` alone.
    package static func http(_ request: HTTPCheckConfiguration) -> CheckScript {
        var script = CheckScript(.http)
        script.steps = [CheckStep(.request(request)), CheckStep(.expect(.defaultStatus))]
        return script
    }
}

/// One rule of a check.
package struct CheckStep: Hashable, Sendable {
    /// What the rule does.
    package enum Action: Hashable, Sendable {
        case connect(CheckConnection)
        case send([UInt8])
        case request(HTTPCheckConfiguration)
        case expect(CheckExpectation)
    }

    package var action: Action
    /// Told when the rule fails.
    package var comment = ""
    /// Its place among the rules from 1; 0 for one that nobody wrote.
    package var number = 0

    package init(_ action: Action) { self.action = action }
}

/// Where a `connect` rule goes when not where the server's checks go.
package struct CheckConnection: Hashable, Sendable {
    package var endpoint: Endpoint?
    package var port: UInt16?

    package init() {}
}

/// What an `expect` rule wants to see.
package struct CheckExpectation: Hashable, Sendable {
    /// How an answer is looked at.
    package enum Pattern: Hashable, Sendable {
        case text([UInt8])
        case binary([UInt8])
        case regex(String)
        /// Over the answer in hexadecimal.
        case binaryRegex(String)
        case status([ClosedRange<Int>])
        case statusRegex(String)
        case body([UInt8])
        case bodyRegex(String)
        case header(CheckHeader)
        /// The line of an agent, which the server's record understands.
        case agentLine
    }

    package var pattern: Pattern
    package var isNegated = false
    /// `min-recv`: bytes without which nothing is said, -1 for whatever comes.
    package var minimum = -1
    package var passed: CheckResult.Status?
    package var failed: CheckResult.Status?
    package var timedOut: CheckResult.Status?
    /// Replace the usual words.
    package var onSuccess = ""
    package var onError = ""
    package var words = Words.usual

    /// What is told of an answer.
    package enum Words: Hashable, Sendable {
        /// What HAProxy says of rules.
        case usual
        /// Its first line.
        case line
        /// The text behind three digits, which are the code.
        case codeAndText
    }

    package init(_ pattern: Pattern) { self.pattern = pattern }

    /// What HAProxy expects when nothing is said.
    package static let defaultStatus = CheckExpectation(.status([200...399]))
}

/// `hdr` and `fhdr`: a name, and perhaps a value, each with its way of matching.
package struct CheckHeader: Hashable, Sendable {
    /// A text and how it is compared.
    package struct Match: Hashable, Sendable {
        package var kind = MatchKind.string
        package var text: String

        package init(_ text: String) { self.text = text }
    }

    package var name: Match
    package var value: Match?
    /// `fhdr`: values are not split at commas.
    package var isWhole = false

    package init(name: Match) { self.name = name }
}

/// The request of an HTTP check: `option httpchk` and `http-check send`.
package struct HTTPCheckConfiguration: Hashable, Sendable {
    package var method = "OPTIONS"
    package var uri = "/"
    package var version = "HTTP/1.0"
    package var headers: [Header] = []
    package var body = ""

    /// One header field of the request.
    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init() {}

    /// The bytes as HAProxy writes them: the connection is closed after the answer unless a header says otherwise.
    ///
    /// `state` is what `http-check send-state` adds, empty for nothing.
    func bytes(to endpoint: Endpoint, state: String = "") -> [UInt8] {
        var text = "\(method) \(uri) \(version)\r\n"
        let names = headers.map { $0.name.lowercased() }
        if version == "HTTP/1.1", !names.contains("host") { text += "host: \(endpoint)\r\n" }
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        if !state.isEmpty { text += "x-haproxy-server-state: \(state)\r\n" }
        if !body.isEmpty { text += "content-length: \(body.utf8.count)\r\n" }
        if !names.contains("connection") { text += "connection: close\r\n" }
        return Array("\(text)\r\n\(body)".utf8)
    }
}
