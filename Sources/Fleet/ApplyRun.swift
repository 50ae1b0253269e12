import Model
import Planning
import RuntimeAPI

/// One application of one plan: sends what may be sent, looks at what is awaited, until nothing is left.
struct ApplyRun {
    let steps: [Step]
    let client: RuntimeClient
    let clock: any Clock<Duration>
    let stopwatch: Stopwatch
    var ledger: StepLedger
    /// Conditions under way.
    var waits: [StepWait] = []
    /// Servers with checks that count.
    var checked: Set<ServerPath> = []
    /// Servers whose earlier checks say nothing about what comes up now.
    var moved: Set<ServerPath> = []
    /// Weight that must stay in service, by backend.
    let floors: [BackendName: Int]
    /// Backends in which too little was found in service, with the first step for which it was.
    var halted: [BackendName: Int] = [:]
    /// Servers that serve only when others are gone.
    var backups: Set<ServerPath> = []
    /// Steps whose servers and backends the proxy has called removable; it is not asked again.
    var calledRemovable: Set<Int> = []
    /// How long to pause before the next look.
    var pause = Duration.zero

    /// How many steps are sent one by one, after a transaction of as many was refused.
    var singly = 0
    /// Transactions under way, the oldest first.
    var flights: [Flight] = []
    /// The proxy has begun a transaction for us before.
    var hasTransacted = false

    /// Where keys come from; nil where none are to be given.
    let certificates: (any CertificateSource)?

    private(set) var added: Set<ServerPath> = []
    private let awaitsUp: Set<Int>

    init(
        _ plan: ProxyPlan,
        _ observed: ObservedProxy,
        _ client: RuntimeClient,
        clock: any Clock<Duration>,
        certificates: (any CertificateSource)? = nil,
        progress: @escaping (StepReport) -> Void
    ) {
        self.certificates = certificates
        steps = plan.steps
        self.client = client
        self.clock = clock
        stopwatch = Stopwatch(on: clock)
        ledger = StepLedger(plan.steps, progress: progress)
        awaitsUp = Self.stepsBeforeAwaitUp(plan.steps)
        floors = Dictionary(plan.floors.map { ($0.backend, $0.weight) }) { max($0, $1) }
        for backend in floors.keys {
            for (name, server) in observed.backends[backend]?.servers ?? [:] where server.isBackup {
                backups.insert(ServerPath(backend, name))
            }
        }
        // What is added is not there to be looked up.
        for step in plan.steps where !step.change.isAddition {
            guard let path = step.change.server else { continue }
            let live = observed.backends[path.backend]?.servers[path.server]
            if live?.isChecked == true { checked.insert(path) }
        }
    }

    /// Runs until every step has a result.
    mutating func run() async -> ApplyOutcome {
        do {
            try await rehearse()
            while !Task.isCancelled {
                if try await transact() {
                    pause = .zero
                    continue
                }
                try await landAll()
                let batch = ledger.take(client.limits.batch)
                singly = max(0, singly - batch.count)
                if !batch.isEmpty {
                    try await perform(batch)
                    pause = .zero
                } else if !waits.isEmpty {
                    try await look()
                } else {
                    return finished
                }
            }
            try await landAll()
            throw client.error(.cancelled)
        } catch {
            for wait in waits { ledger.settle(wait.step, .unknown) }
            ledger.close(as: .notReached)
            let lost = error as? FleetError ?? client.error(.cancelled)
            return ApplyOutcome(ending: .lost(lost), results: ledger.reports)
        }
    }

    private var finished: ApplyOutcome {
        let reports = ledger.reports
        let isComplete = !reports.contains { $0.result != .done }
        return ApplyOutcome(ending: isComplete ? .complete : .partial, results: reports)
    }

    /// Turns of the administrative state that an `awaitUp` of the same server follows.
    private static func stepsBeforeAwaitUp(_ steps: [Step]) -> Set<Int> {
        guard steps.contains(where: \.change.isAwaitUp) else { return [] }
        var last: [ServerPath: Int] = [:]
        var found: Set<Int> = []
        for step in steps {
            guard let path = step.change.server else { continue }
            if case .awaitUp = step.change, let previous = last[path] { found.insert(previous) }
            last[path] = step.id
        }
        return found
    }
}

// MARK: - Commands

extension ApplyRun {
    private mutating func perform(_ batch: [Int]) async throws {
        let refused = try await overdrawn(batch)
        for id in batch { if let words = refused[id] { ledger.settle(id, .deferred(words)) } }
        let ids = batch.filter { refused[$0] == nil }
        var commands: [(step: Int, command: ChangeTranslation.Command)] = []
        var maps: [Int] = []
        var stores: [Int] = []
        for id in ids {
            let change = steps[id - 1].change
            if case .replaceMap = change {
                maps.append(id)
            } else if case .storeCertificate = change {
                stores.append(id)
            } else if change.isWait || change.isAbortion {
                begin(id)
            } else {
                let translated = ChangeTranslation.commands(
                    for: change,
                    forgetsHealth: forgetsHealth(id)
                )
                commands += translated.map { (id, $0) }
            }
        }
        try await send(commands)
        for id in maps { try await replaceMap(id) }
        for id in stores { try await storeCertificate(id) }
    }

    /// Checks of an earlier life or of another address must not count.
    func forgetsHealth(_ id: Int) -> Bool {
        switch steps[id - 1].change {
        case .setAddress(let path, _, _): checked.contains(path)
        case .setAdmin(let path, from: .maint, to: .drain):
            awaitsUp.contains(id) && !added.contains(path) && checked.contains(path)
        default: false
        }
    }

    /// Sends commands and settles their steps, one reply at a time, also those that came before a failure.
    private mutating func send(
        _ commands: [(step: Int, command: ChangeTranslation.Command)]
    ) async throws {
        guard !commands.isEmpty else { return }
        let replies = await client.exchange(
            commands.map { ($0.command.command, payload: $0.command.payload) }
        )
        var first = 0
        while first < commands.count {
            let id = commands[first].step
            let end = commands[first...].firstIndex { $0.step != id } ?? commands.count
            if end > replies.answered.count {
                ledger.settle(id, .unknown)
            } else {
                conclude(id, complaint(about: commands[first..<end], in: replies.answered))
            }
            first = end
        }
        if let failure = replies.failure { throw failure }
    }

    /// What the first command that failed was told; the replies stand where the commands do.
    private func complaint(
        about commands: ArraySlice<(step: Int, command: ChangeTranslation.Command)>,
        in replies: [RuntimeReply]
    ) -> FleetError? {
        for index in commands.indices {
            let command = commands[index].command
            if let words = command.complaint(in: replies[index]) {
                return client.rejection(of: command.command, words)
            }
        }
        return nil
    }

    /// All commands of a step were answered.
    private mutating func conclude(_ id: Int, _ complaint: FleetError?) {
        let change = steps[id - 1].change
        if let complaint {
            if change.isDeletion, complaint.isAboutConnections {
                waits.append(StepWait(step: id, since: stopwatch.elapsed(), kind: .deletion))
            } else {
                ledger.settle(id, .failed(complaint))
            }
            return
        }
        if note(change) { begin(id) } else { ledger.settle(id, .done) }
    }

    /// Remembers what a change that was carried out means for later ones; true when its effect is awaited.
    mutating func note(_ change: Change) -> Bool {
        switch change {
        case .addServer(let path, _, _, let attributes):
            added.insert(path)
            moved.remove(path)
            if attributes[.backup] != nil { backups.insert(path) } else { backups.remove(path) }
            if attributes.isChecked { checked.insert(path) } else { checked.remove(path) }
            return false
        case .setAddress(let path, _, _):
            if checked.contains(path) { moved.insert(path) }
            // From 2.9 on the address changes a moment after the reply.
            return true
        default: return false
        }
    }

    /// Prepares, fills and commits a new version; on any failure the old one stays.
    private mutating func replaceMap(_ id: Int) async throws {
        guard case .replaceMap(let map, let entries, _, _, let removed) = steps[id - 1].change
        else { return }
        let name = PatternReference(name: map.text)
        if entries.isEmpty, removed <= Change.clearedAtOnce {
            let complaint = try await fill(id, [(.clearMap(name), payload: nil)])
            ledger.settle(id, complaint.map { .failed($0) } ?? .done)
            return
        }
        let prepared = await client.exchange([(.prepareMap(name), payload: nil)])
        guard let reply = prepared.answered.first else {
            try lose(id, prepared.failure)
            return
        }
        let digits = reply.text.split(separator: ":").last.map { $0.filter { $0 != " " } }
        guard reply.text.hasPrefix("New version created"),
            let version = digits.flatMap({ UInt32($0) })
        else {
            ledger.settle(id, .failed(client.rejection(of: .prepareMap(name), reply.text)))
            return
        }
        let target = PatternReference(name: map.text, version: version)
        let room = client.capabilities.commandLimit - map.text.utf8.count - 256
        var commands: [RuntimeClient.Command] = ChangeTranslation.payloads(of: entries, limit: room)
            .map { (.addMapPayload(target), payload: $0) }
        if let complaint = try await fill(id, commands) {
            _ = await client.exchange([(.clearMap(target), payload: nil)])
            ledger.settle(id, .failed(complaint))
            return
        }
        commands = [(.commitMap(target), payload: nil)]
        let complaint = try await fill(id, commands)
        ledger.settle(id, complaint.map { .failed($0) } ?? .done)
    }

    /// Sends commands that are silent on success; the first complaint, or throws if replies are missing.
    private mutating func fill(
        _ id: Int,
        _ commands: [RuntimeClient.Command]
    ) async throws -> FleetError? {
        guard !commands.isEmpty else { return nil }
        let replies = await client.exchange(commands)
        if let failure = replies.failure { try lose(id, failure) }
        for ((command, _), reply) in zip(commands, replies.answered) {
            let silent = ChangeTranslation.Command(command: command)
            if let words = silent.complaint(in: reply) {
                return client.rejection(of: command, words)
            }
        }
        return nil
    }

    mutating func lose(_ id: Int, _ failure: FleetError?) throws {
        ledger.settle(id, .unknown)
        throw failure ?? client.error(.cut(answered: 0, sent: 1))
    }
}

extension FleetError {
    /// `del server` or `del backend` while a connection or stream is left, which passes.
    fileprivate var isAboutConnections: Bool {
        guard case .rejected(_, let words) = cause else { return false }
        return words.hasConnectionsLeft
    }
}

extension Change {
    fileprivate var isAddition: Bool {
        if case .addServer = self { true } else { false }
    }

    fileprivate var isAwaitUp: Bool {
        if case .awaitUp = self { true } else { false }
    }

    fileprivate var isAbortion: Bool {
        if case .abortTransaction = self { true } else { false }
    }

    fileprivate var isDeletion: Bool {
        switch self {
        case .deleteServer, .deleteBackend: true
        default: false
        }
    }
}

extension String {
    /// A complaint that passes by itself: something is still attached to what is to be deleted.
    var hasConnectionsLeft: Bool {
        contains("still has connections") || contains("still has attached streams")
    }
}
