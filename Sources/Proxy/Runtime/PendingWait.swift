package import Model
package import RuntimeAPI

/// A command whose answer has to wait for time or for the workers.
package struct PendingWait: Hashable, Sendable {
    /// What it waits for.
    enum Purpose: Hashable, Sendable {
        case time
        case removable(ServerReference)
        /// A `del server` that waits for idle connections to be closed.
        case deletion(ServerReference)
        case backendRemovable(String)
        /// A `del backend` that waits for workers to see that it is unpublished.
        case backendDeletion(String)
        /// Workers tell of their sessions; in several lines each when `isDetailed`.
        case census(SessionCensus, isDetailed: Bool)
        /// Workers tell of themselves.
        case survey(WorkerSurvey, SurveyReport)
        /// What a ring gets from now on, until the client says anything.
        case events(LogRing.Reader)
    }

    let purpose: Purpose
    let start: Milliseconds
    /// In milliseconds since the process started; after it `poll` always answers.
    package let deadline: Milliseconds
    /// Polling earlier is useless.
    package let pollAgainAt: Milliseconds

    init(_ purpose: Purpose, from start: Milliseconds, to deadline: Milliseconds) {
        self.init(
            purpose: purpose,
            start: start,
            deadline: deadline,
            pollAgainAt: purpose == .time ? deadline : start
        )
    }

    private init(
        purpose: Purpose,
        start: Milliseconds,
        deadline: Milliseconds,
        pollAgainAt: Milliseconds
    ) {
        self.purpose = purpose
        self.start = start
        self.deadline = deadline
        self.pollAgainAt = pollAgainAt
    }

    /// Only the client ends it.
    package var isEndless: Bool { if case .events = purpose { true } else { false } }

    /// The same wait with all its time again, because it got on.
    func renewed(at now: Milliseconds) -> PendingWait {
        let end = Milliseconds(now.count + deadline.count - start.count)
        return PendingWait(purpose: purpose, start: now, deadline: end, pollAgainAt: now)
    }

    /// The same wait after `poll` had no answer: asks soon at first, then less often, never after the deadline.
    package func again(after now: Milliseconds) -> PendingWait {
        let pause = min(1 + (now.count - start.count) / 2, 20)
        let next = min(max(now.count + pause, pollAgainAt.count), deadline.count)
        return PendingWait(
            purpose: purpose,
            start: start,
            deadline: deadline,
            pollAgainAt: Milliseconds(next)
        )
    }
}

extension RuntimeService {
    /// Starts a `wait`.
    func wait(_ delay: Milliseconds, _ condition: WaitCondition?, now: Milliseconds) -> Execution {
        let deadline = Milliseconds(now.count + delay.count)
        let reference: ServerReference
        switch condition {
        case nil: return .pending(PendingWait(.time, from: now, to: deadline))
        case .backendRemovable(let name):
            let wait = PendingWait(.backendRemovable(name), from: now, to: deadline)
            return poll(wait, now: now).map { .reply($0) } ?? .pending(wait)
        case .serverRemovable(let server): reference = server
        }
        if let server = find(reference)?.server { plane.purgeIdleConnections(of: server.slot) }
        let wait = PendingWait(.removable(reference), from: now, to: deadline)
        return poll(wait, now: now).map { .reply($0) } ?? .pending(wait)
    }

    /// Starts a `del server`; what only needs idle connections closed is waited for (HAProxy 3.0–3.2 closes them).
    func delete(_ reference: ServerReference, now: Milliseconds) -> Execution {
        let reply = deleteAtOnce(reference)
        guard reply == Self.stillConnected, let server = find(reference)?.server,
            plane.counters(of: server.slot).currentSessions == 0
        else { return .reply(reply) }
        plane.purgeIdleConnections(of: server.slot)
        let deadline = Milliseconds(now.count + Self.deletionPatience.count)
        return .pending(PendingWait(.deletion(reference), from: now, to: deadline))
    }

    private static let stillConnected = RuntimeReply.error(
        "Server still has connections attached to it, cannot remove it."
    )

    /// `del server` without waiting for idle connections.
    func deleteAtOnce(_ reference: ServerReference) -> RuntimeReply {
        guard let backend = table.backend(reference.backend) else {
            return .error("No such backend.")
        }
        guard let server = table.server(reference.server, in: backend) else {
            return .error("No such server.")
        }
        let isPinned = backend.configuration.pinnedServers.contains(server.name)
        guard server.trackers.isEmpty, !isPinned else {
            return .error(
                "This server cannot be removed at runtime due to other configuration elements pointing to it."
            )
        }
        guard server.isInMaintenance else {
            return .error("Only servers in maintenance mode can be deleted.")
        }
        let isUnused =
            server.isInSnapshot
            ? holdsDeletions && hasNoConnections(server) : plane.isUnused(server.slot)
        return isUnused ? finishDeletion(of: server, from: backend) : Self.stillConnected
    }

    private func hasNoConnections(_ server: ServerRecord) -> Bool {
        let counters = plane.counters(of: server.slot)
        return counters.currentSessions == 0 && counters.idleConnections == 0
            && counters.usedConnections == 0
    }

    private func finishDeletion(of server: ServerRecord, from backend: BackendRecord)
        -> RuntimeReply
    {
        table.remove(server, from: backend)
        table.whenCertain {
            if server.tls != nil { self.table.dropUnusedServerTLS() }
            self.release(server)
        }
        return .info("Server deleted.")
    }

    /// Asks again for the answer of a command that had to wait; nil while it is not known.
    package func poll(_ wait: PendingWait, now: Milliseconds) -> RuntimeReply? {
        self.now = now
        let isExpired = now >= wait.deadline
        switch wait.purpose {
        case .time:
            return isExpired ? .info("Done.") : nil
        case .removable(let reference):
            // Without maintenance it will never be removable, which HAProxy tells at once.
            guard let (_, server) = find(reference), server.isInMaintenance else {
                return .error("Failed.")
            }
            if isRemovable(server) { return .info("Done.") }
            return isExpired ? .error("Wait delay expired.") : nil
        case .deletion(let reference):
            guard let (backend, server) = find(reference) else { return .error("No such server.") }
            guard server.isInMaintenance else {
                return .error("Only servers in maintenance mode can be deleted.")
            }
            if isRemovable(server) { return finishDeletion(of: server, from: backend) }
            return isExpired ? Self.stillConnected : nil
        case .backendRemovable(let name): return pollRemoval(ofBackend: name, isExpired: isExpired)
        case .backendDeletion(let name):
            return pollDeletion(ofBackend: name, isExpired: isExpired)
        case .census(let census, let isDetailed):
            return poll(census, isDetailed: isDetailed, isExpired: isExpired)
        case .survey(let survey, let report):
            return survey.isDone || isExpired ? text(of: survey, report) : nil
        case .events: return nil
        }
    }

    private func isRemovable(_ server: ServerRecord) -> Bool {
        if server.isInSnapshot { publishIfNeeded() }
        if plane.isUnused(server.slot) { return true }
        // A request that ends after the last purge leaves its connection idle.
        plane.purgeIdleConnections(of: server.slot)
        return false
    }

    func find(_ reference: ServerReference) -> (backend: BackendRecord, server: ServerRecord)? {
        guard let backend = table.backend(reference.backend),
            let server = table.server(reference.server, in: backend)
        else { return nil }
        return (backend, server)
    }
}
