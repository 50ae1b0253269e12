/// What a section says about checks, in any order: `option httpchk`, `http-check`, `option tcp-check`, `tcp-check`.
struct CheckDraft {
    /// What the servers are asked.
    enum Kind { case connection, http, tcp, smtp }

    /// The rules of one kind.
    struct Rules {
        var steps: [CheckStep] = []
        /// Told with the rule that follows.
        var comment = ""
        /// Some of them stand in this section: those of `defaults` are gone then.
        var isOwn = false
    }

    var kind = Kind.connection
    /// Of `option httpchk`, completed by the first `http-check send`.
    var request = HTTPCheckConfiguration()
    var http = Rules()
    var tcp = Rules()
    /// What a mail server is greeted with.
    var greeting = ""
    var disablesOn404 = false
    var sendsState = false
    var isLogged = false

    /// As a section starts from its defaults.
    var inherited: CheckDraft {
        var copy = self
        copy.http.isOwn = false
        copy.tcp.isOwn = false
        return copy
    }

    /// Puts a rule behind the others of its kind.
    mutating func append(_ step: CheckStep, to path: WritableKeyPath<CheckDraft, Rules>) {
        beginOwn(path)
        var step = step
        if step.comment.isEmpty { step.comment = self[keyPath: path].comment }
        self[keyPath: path].comment = ""
        step.number = self[keyPath: path].steps.count + 1
        self[keyPath: path].steps.append(step)
    }

    /// Forgets the rules of `defaults` when a section has some of its own.
    mutating func beginOwn(_ path: WritableKeyPath<CheckDraft, Rules>) {
        guard !self[keyPath: path].isOwn else { return }
        if path == \.http { request = HTTPCheckConfiguration() }
        self[keyPath: path] = Rules()
        self[keyPath: path].isOwn = true
    }

    /// The first `http-check send` was there.
    var hasSend: Bool { http.steps.contains { $0.isRequest } }

    /// The rules in effect; nil for a connection check.
    var script: CheckScript? {
        switch kind {
        case .connection: return nil
        case .tcp:
            guard !tcp.steps.isEmpty else { return nil }
            var script = CheckScript(.tcp)
            script.steps = tcp.steps
            return script
        case .http: return httpScript
        case .smtp: return .smtp(greeting)
        }
    }

    private var httpScript: CheckScript {
        var script = CheckScript(.http)
        script.disablesOn404 = disablesOn404
        script.sendsState = sendsState
        script.steps = http.steps
        if let first = script.steps.firstIndex(where: \.isRequest) {
            script.steps[first].action = .request(request)
        } else {
            let place = script.steps.firstIndex { !$0.isConnection } ?? script.steps.endIndex
            script.steps.insert(CheckStep(.request(request)), at: place)
        }
        if !script.steps.contains(where: \.isExpectation) {
            script.steps.append(CheckStep(.expect(.defaultStatus)))
        }
        return script
    }
}

extension CheckStep {
    fileprivate var isRequest: Bool { if case .request = action { true } else { false } }
    fileprivate var isConnection: Bool { if case .connect = action { true } else { false } }
    fileprivate var isExpectation: Bool { if case .expect = action { true } else { false } }
}
