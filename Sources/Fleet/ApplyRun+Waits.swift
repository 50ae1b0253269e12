import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// What one look shows of the servers that are awaited.
    private struct View {
        var states: [ServerPath: ServerStateRow] = [:]
        var connections: [ServerPath: Int] = [:]
        /// What is known of each transaction that is waited for; absent once it has ended.
        var transactions: [CertificateFileName: CertificateDetails] = [:]
    }

    /// How long an address may take to change after the reply.
    private static let addressLimit = Duration.seconds(2)
    /// A session that nobody uses is closed by the proxy after `stats timeout`, 10 s by default.
    private static let keepAlive = Duration.seconds(3)

    /// Starts awaiting what the step is about.
    mutating func begin(_ id: Int) {
        let kind: StepWait.Kind =
            switch steps[id - 1].change {
            case .grace: .grace
            case .setAddress: .address
            case .abortTransaction: .resting
            case .awaitUp(let path, _): moved.contains(path) ? .settling : .up
            default: .removable
            }
        waits.append(StepWait(step: id, since: stopwatch.elapsed(), kind: kind))
        pause = .zero
    }

    /// Pauses, looks once at everything awaited, and settles what came about or ran out.
    mutating func look() async throws {
        if pause > .zero { try await nap(for: napLength) }
        let limits = client.limits
        let start = stopwatch.elapsed()
        let view = try await view()
        // A look at many servers costs the proxy something: it takes at most a fifth of the time.
        let cost = stopwatch.elapsed() - start
        pause = pause == .zero ? limits.pollFirst : min(pause * 2, limits.pollLongest)
        pause = max(pause, cost * 4)
        let current = waits
        waits = []
        var followUps: [(Int, RuntimeCommand)] = []
        for wait in current {
            var wait = wait
            if let result = judge(&wait, view, &followUps) {
                ledger.settle(wait.step, result)
                pause = .zero
            } else {
                waits.append(wait)
            }
        }
        try await follow(followUps)
    }

    /// Until the next look: the pause, but not past the end of a grace period.
    private var napLength: Duration {
        let now = stopwatch.elapsed()
        let ends = waits.filter { $0.kind == .grace }.map { limit(of: $0) - (now - $0.since) }
        let isOnlyGrace = ends.count == waits.count
        let longest = isOnlyGrace ? Self.keepAlive : pause
        return max(.zero, min(longest, ends.min() ?? longest))
    }

    /// How long a wait may last.
    func limit(of wait: StepWait) -> Duration {
        switch steps[wait.step - 1].change {
        case .grace(_, let limit), .awaitUp(_, let limit), .abortTransaction(_, let limit):
            limit.duration
        case .setAddress: Self.addressLimit
        case .awaitRemovable(_, let limit): min(limit.duration, client.limits.removalPatience)
        default: client.limits.removalPatience
        }
    }

    // MARK: Looking

    private func view() async throws -> View {
        let state = paths { $0 != .grace && $0 != .deletion && $0 != .resting }
        let removable = paths { $0 == .removable || $0 == .removableByForce }
        var commands: [RuntimeClient.Command] = []
        commands += backends(of: state).map { (.showServersState(backend: $0), payload: nil) }
        let stateCount = commands.count
        let resting = waits.filter { $0.kind == .resting }
            .compactMap { steps[$0.step - 1].change.certificate }
        commands += backends(of: removable).map { (.showServersConn(backend: $0), payload: nil) }
        let serverCount = commands.count
        commands += resting.map { (.certificate(.show("*\($0)")), payload: nil) }
        if commands.isEmpty { commands = [(.setSeverityOutput(.number), payload: nil)] }
        let replies = await client.exchange(commands)
        if let failure = replies.failure { throw failure }
        var view = View()
        for (name, reply) in zip(resting, replies.answered[serverCount...]) {
            view.transactions[name] = CertificateDetails.parse(reply.text)
        }
        guard !state.isEmpty else { return view }
        do {
            for reply in replies.answered[..<stateCount] {
                for row in try ServerStateTable.parse(reply.text).rows {
                    if let path = ServerPath(row.backendName, row.serverName), state.contains(path)
                    {
                        view.states[path] = row
                    }
                }
            }
            for reply in replies.answered[stateCount..<serverCount] {
                for row in try ServerConnTable.parse(reply.text).rows {
                    if let path = ServerPath(row.server.backend, row.server.server) {
                        view.connections[path] = row.usedCurrent
                    }
                }
            }
        } catch {
            throw client.error(.unreadable("\(error)"))
        }
        return view
    }

    private func paths(_ isWanted: (StepWait.Kind) -> Bool) -> Set<ServerPath> {
        Set(waits.filter { isWanted($0.kind) }.compactMap { steps[$0.step - 1].change.server })
    }

    /// Some backends by name, many with one command.
    private func backends(of paths: Set<ServerPath>) -> [String?] {
        let names = Set(paths.map(\.backend)).sorted()
        return names.count > 64 ? [nil] : names.map(\.text)
    }

    // MARK: Judging

    private func judge(
        _ wait: inout StepWait,
        _ view: View,
        _ followUps: inout [(Int, RuntimeCommand)]
    ) -> StepReport.Result? {
        let age = stopwatch.elapsed() - wait.since
        let hasRunOut = age >= limit(of: wait)
        guard wait.kind != .grace else { return hasRunOut ? .done : nil }
        if wait.kind == .deletion {
            if hasRunOut { return .deferred("connections are left; a later pass deletes it") }
            if let command = deletion(wait.step) { followUps.append((wait.step, command)) }
            return nil
        }
        if wait.kind == .resting { return judgeResting(wait, view, hasRunOut, &followUps) }
        guard let path = steps[wait.step - 1].change.server else { return .done }
        guard let row = view.states[path] else { return .expired("the server is gone") }
        switch wait.kind {
        case .address:
            if row.endpoint == wanted(wait.step) { return .done }
            return hasRunOut ? .expired("the proxy still shows \(row.address ?? "-")") : nil
        case .settling, .up:
            return judgeUp(&wait, row, hasRunOut, &followUps)
        case .removable, .removableByForce:
            return judgeRemovable(&wait, row, view.connections[path] ?? 0, &followUps)
        case .grace, .deletion, .resting: return nil
        }
    }

    /// Whoever goes on with a transaction keeps it; one that rests is taken for abandoned.
    private func judgeResting(
        _ wait: StepWait,
        _ view: View,
        _ hasRunOut: Bool,
        _ followUps: inout [(Int, RuntimeCommand)]
    ) -> StepReport.Result? {
        guard case .abortTransaction(let transaction, _) = steps[wait.step - 1].change,
            let now = view.transactions[transaction.certificate]
        else { return .done }
        guard now.sha1 == transaction.sha1 else {
            return .deferred(
                "someone else is changing certificate \(transaction.certificate); a later pass goes on"
            )
        }
        guard hasRunOut else { return nil }
        followUps.append((wait.step, .certificate(.abort(transaction.certificate.text))))
        return nil
    }

    private func deletion(_ id: Int) -> RuntimeCommand? {
        let change = steps[id - 1].change
        if case .deleteBackend(let name) = change { return .deleteBackend(name.text) }
        return change.server.map { .deleteServer(ServerReference($0)) }
    }

    private func wanted(_ id: Int) -> Endpoint? {
        if case .setAddress(_, _, let endpoint) = steps[id - 1].change { return endpoint }
        return nil
    }

    private func judgeUp(
        _ wait: inout StepWait,
        _ row: ServerStateRow,
        _ hasRunOut: Bool,
        _ followUps: inout [(Int, RuntimeCommand)]
    ) -> StepReport.Result? {
        if wait.kind == .settling {
            if row.checkBits & ServerStateRow.Check.inProgress == 0 {
                // Only now can no check of the old address bring it up.
                let reference = ServerReference(backend: row.backendName, server: row.serverName)
                followUps.append((wait.step, .setServerHealth(reference, .down)))
                wait.kind = .up
            }
        } else if row.isUpByCheck {
            return .done
        }
        guard hasRunOut else { return nil }
        let limit = limit(of: wait)
        return .expired("still not up after \(limit); look at what its checks say")
    }

    private func judgeRemovable(
        _ wait: inout StepWait,
        _ row: ServerStateRow,
        _ connections: Int,
        _ followUps: inout [(Int, RuntimeCommand)]
    ) -> StepReport.Result? {
        guard connections > 0 else { return .done }
        guard case .awaitRemovable(let path, let drainTimeout) = steps[wait.step - 1].change else {
            return .done
        }
        let outFor = Duration.seconds(row.timeSinceChange)
        let age = stopwatch.elapsed() - wait.since
        if wait.kind == .removable, max(outFor, age) >= drainTimeout.duration {
            followUps.append((wait.step, .shutdownServerSessions(ServerReference(path))))
            wait = StepWait(step: wait.step, since: stopwatch.elapsed(), kind: .removableByForce)
            return nil
        }
        guard age >= client.limits.removalPatience else { return nil }
        return .deferred("\(connections) connections are left; a later pass deletes it")
    }

    // MARK: Following up

    private mutating func follow(_ commands: [(step: Int, command: RuntimeCommand)]) async throws {
        guard !commands.isEmpty else { return }
        let replies = await client.exchange(commands.map { ($0.command, payload: nil) })
        for ((id, command), reply) in zip(commands, replies.answered) {
            if command.isDone(by: reply) {
                end(id, .done)
            } else if let complaint = client.complaint(about: command, in: reply),
                !reply.text.hasConnectionsLeft
            {
                end(id, .failed(complaint))
            }
        }
        if let failure = replies.failure { throw failure }
    }

    private mutating func end(_ id: Int, _ result: StepReport.Result) {
        waits.removeAll { $0.step == id }
        ledger.settle(id, result)
        pause = .zero
    }
}

extension RuntimeCommand {
    /// A deletion that the proxy says it has made.
    fileprivate func isDone(by reply: RuntimeReply) -> Bool {
        switch self {
        case .deleteServer: reply.text.contains("Server deleted.")
        case .deleteBackend: reply.text.contains("Backend deleted.")
        case .certificate(.abort):
            reply.text.contains("Transaction aborted")
                || reply.text.contains("No ongoing transaction")
        default: false
        }
    }
}

extension ServerStateRow {
    /// Up, and because a check passed rather than because nobody looked yet.
    fileprivate var isUpByCheck: Bool {
        (operational == .running || operational == .starting) && checkResult >= 3
    }
}

extension ServerPath {
    /// Nil when a proxy uses names we would not write.
    fileprivate init?(_ backend: String, _ server: String) {
        guard let backend = try? BackendName(backend), let server = try? ServerName(server) else {
            return nil
        }
        self.init(backend, server)
    }
}
