import Model
import RuntimeAPI

extension RuntimeService {
    /// What transactions have to say to a command; nil when it is carried out as usual.
    func transact(
        _ command: RuntimeCommand,
        payload: String?,
        level: AccessLevel,
        session: UInt64
    ) -> RuntimeReply? {
        switch command {
        case .begin(let limit): return begin(limit, session: session)
        case .commit: return commit(session: session, level: level)
        case .rollback:
            guard let transaction = transactions.removeValue(forKey: session) else {
                return .error("No transaction was begun in this session.")
            }
            return .info("Transaction rolled back: \(Self.counted(transaction.steps.count)).")
        default: break
        }
        guard !transactions.isEmpty else { return nil }
        expireTransactions()
        let subject = subject(of: command)
        guard transactions[session] == nil else {
            return collect(command, payload: payload, about: subject, session: session)
        }
        guard let subject, isHeld(subject, notBy: session) else { return nil }
        return .error("\(subject) is part of another session's transaction.")
    }

    /// Forgets what a session collected; for a session that ended.
    package func endSession(_ session: UInt64) {
        transactions[session] = nil
    }

    private func begin(_ limit: Milliseconds?, session: UInt64) -> RuntimeReply {
        guard transactions[session] == nil else {
            return .error("A transaction was already begun in this session.")
        }
        let time = min(
            limit ?? RuntimeTransaction.usualTime,
            RuntimeTransaction.longestTime
        )
        let deadline = Milliseconds(now.count + time.count)
        transactions[session] = RuntimeTransaction(deadline: deadline)
        return .info("Transaction started.")
    }

    private func collect(
        _ command: RuntimeCommand,
        payload: String?,
        about subject: RuntimeTransaction.Subject?,
        session: UInt64
    ) -> RuntimeReply? {
        if let refusal = transactions[session]?.refusal, subject != nil {
            return .error("Transaction cannot be committed: \(refusal)")
        }
        var reply: RuntimeReply?
        if case .invalid(let invalid) = command {
            reply = executeServer(command, now: now) ?? executeMap(command, payload: payload)
            reply = reply ?? executeFrontend(command) ?? invalid.reply
        } else if case .wait = command {
            reply = .error("'wait' is not possible within a transaction.")
        } else if let subject {
            if isHeld(subject, notBy: session) {
                reply = .error("\(subject) is part of another session's transaction.")
            } else {
                let step = RuntimeTransaction.Step(command: command, payload: payload)
                reply = transactions[session]?.collect(step, about: subject).map { .error($0) }
            }
        } else {
            return nil
        }
        guard let refusal = reply else { return .info("Queued.") }
        transactions[session]?.refuse(because: "'\(command.text)': \(refusal.text)")
        return refusal
    }

    private func commit(session: UInt64, level: AccessLevel) -> RuntimeReply {
        expireTransactions()
        guard let transaction = transactions.removeValue(forKey: session) else {
            return .error("No transaction was begun in this session.")
        }
        if let refusal = transaction.refusal {
            return .error("Transaction rolled back: \(refusal)")
        }
        if let refusal = journal?.refusal { return .error("Transaction rolled back: \(refusal)") }
        table.beginUndoable()
        for (index, step) in transaction.steps.enumerated() {
            let reply = carryOut(step, level: level)
            guard reply.isRefusal else { continue }
            table.endUndoable(keeping: false)
            let place = "command \(index + 1) of \(transaction.steps.count)"
            return .error(
                "Transaction rolled back: \(place), '\(step.command.text)': \(reply.text)"
            )
        }
        table.endUndoable(keeping: true)
        return .info("Transaction committed: \(Self.counted(transaction.steps.count)).")
    }

    private func carryOut(_ step: RuntimeTransaction.Step, level: AccessLevel) -> RuntimeReply {
        if case .deleteServer(let reference) = step.command { return deleteAtOnce(reference) }
        if case .deleteBackend(let name) = step.command { return deleteAtOnce(backend: name) }
        switch perform(step.command, payload: step.payload, level: level) {
        case .reply(let reply): return reply
        case .pending: preconditionFailure("only `wait` and `del server` have to wait")
        }
    }

    private static func counted(_ count: Int) -> String {
        count == 1 ? "1 command" : "\(count) commands"
    }

    private func expireTransactions() {
        for (session, transaction) in transactions where now >= transaction.deadline {
            transactions[session]?.refuse(because: "its time is over.")
        }
    }

    private func isHeld(_ subject: RuntimeTransaction.Subject, notBy session: UInt64) -> Bool {
        transactions.contains { $0.key != session && $0.value.subjects.contains(subject) }
    }

    /// What a command changes, by the name it is declared with; nil when it changes nothing.
    func subject(of command: RuntimeCommand) -> RuntimeTransaction.Subject? {
        switch command {
        case .addServer(let server, _, _), .deleteServer(let server), .enableServer(let server),
            .disableServer(let server), .enableHealth(let server), .disableHealth(let server),
            .setServerState(let server, _), .setServerWeight(let server, _),
            .setServerAddress(let server, _, _), .setServerHealth(let server, _),
            .setServerCheckAddress(let server, _, _), .setServerCheckPort(let server, _),
            .setServerMaxconn(let server, _), .enableAgent(let server), .disableAgent(let server),
            .setServerAgentHealth(let server, _), .setServerAgentAddress(let server, _, _),
            .setServerAgentSend(let server, _),
            .shutdownServerSessions(let server):
            let backend = table.backend(server.backend)
            let record = backend.flatMap { table.server(server.server, in: $0) }
            return .server(
                backend: backend?.configuration.name ?? server.backend,
                name: record?.name ?? server.server
            )
        case .addMap(let map, _, _), .addMapPayload(let map), .setMap(let map, _, _),
            .deleteMap(let map, _), .clearMap(let map), .prepareMap(let map), .commitMap(let map):
            return .map(table.mapNumber(map.name).map { table.maps[$0].name } ?? map.name)
        case .addAcl(let acl, _), .deleteAcl(let acl, _), .clearAcl(let acl), .prepareAcl(let acl),
            .commitAcl(let acl):
            return .map(table.mapNumber(acl.name).map { table.maps[$0].name } ?? acl.name)
        case .enableFrontend(let name), .disableFrontend(let name), .shutdownFrontend(let name),
            .setFrontendMaxconn(let name, _):
            let number = table.frontendNumber(name)
            return .frontend(number.map { table.frontendRecords[$0].name } ?? name)
        case .setMaxconn, .setRateLimit, .setVariable: return .process
        case .addBackend(let addition): return .backend(addition.name)
        case .deleteBackend(let name): return .backend(name)
        case .publishBackend(let name), .unpublishBackend(let name),
            .enableDynamicCookie(let name), .disableDynamicCookie(let name),
            .setDynamicCookieKey(let name, _):
            return .backend(table.backend(name)?.configuration.name ?? name)
        default: return nil
        }
    }
}

extension RuntimeReply {
    /// Nothing was changed: an error, or one of the warnings of `set server` that are none of success.
    fileprivate var isRefusal: Bool {
        switch severity {
        case .error: true
        case .warning: text != "nothing changed" && !text.hasSuffix(" by 'stats socket command'")
        default: false
        }
    }
}
