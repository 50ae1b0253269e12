import Model
import RuntimeAPI

extension RuntimeService {
    /// Commands that add, publish or unpublish a backend; nil for every other command.
    func executeBackend(_ command: RuntimeCommand) -> RuntimeReply? {
        switch command {
        case .addBackend(let addition): add(addition)
        case .publishBackend(let name): publish(name, true)
        case .unpublishBackend(let name): publish(name, false)
        case .enableDynamicCookie(let name): onBackend(name) { $0.isDynamic = true }
        case .disableDynamicCookie(let name): onBackend(name) { $0.isDynamic = false }
        case .setDynamicCookieKey(let name, let key):
            table.backend(name) != nil && key.isEmpty
                ? .error("String value expected.") : onBackend(name) { $0.key = key }
        default: nil
        }
    }

    private func onBackend(_ name: String, _ change: (inout CookieSettings) -> Void) -> RuntimeReply
    {
        guard let backend = table.backend(name) else { return .error("No such backend.") }
        var settings = backend.cookies
        change(&settings)
        table.name(backend, by: settings)
        return RuntimeReply()
    }

    private func add(_ addition: BackendAddition) -> RuntimeReply {
        if let mistake = table.mistake(in: addition) { return .error(mistake) }
        guard let backend = table.add(addition, plane: plane, now: now) else {
            return .error(
                "Error during backend creation : there can be \(BackendTable.dynamicLimit) at most."
            )
        }
        if backend.configuration.balance.allowsDynamicServers {
            return .info("New backend registered.")
        }
        return .info(
            "New backend registered (no support for dynamic servers: backend '\(addition.name)' uses a "
                + "non dynamic load balancing method)."
        )
    }

    private func publish(_ name: String, _ isPublished: Bool) -> RuntimeReply {
        guard let backend = table.backend(name) else { return .error("No such backend.") }
        guard !backend.configuration.isDisabled else {
            return .error("No effect on a disabled backend.")
        }
        table.publish(backend, isPublished)
        return .info("Backend \(isPublished ? "published" : "unpublished").")
    }

    private static let stillStreaming = "Backend still has attached streams on it."

    /// Starts a `del backend`; waits for workers that may not know yet that it is unpublished.
    func delete(backend name: String, now: Milliseconds) -> Execution {
        let deadline = Milliseconds(now.count + Self.deletionPatience.count)
        let wait = PendingWait(.backendDeletion(name), from: now, to: deadline)
        guard let reply = pollDeletion(ofBackend: name, isExpired: false) else {
            return .pending(wait)
        }
        return .reply(reply)
    }

    /// `del backend` without waiting, as a step of a transaction.
    func deleteAtOnce(backend name: String) -> RuntimeReply {
        if let refusal = refusal(toDelete: name) { return .error(refusal) }
        guard let backend = table.backend(named: name) else { return .error("No such backend.") }
        guard plane.counters(ofBackend: backend.number).currentSessions == 0 else {
            return .error(Self.stillStreaming)
        }
        return finish(backend)
    }

    private func refusal(toDelete name: String) -> String? {
        guard let backend = table.backend(named: name) else { return "No such backend." }
        return table.refusal(toDelete: backend)
    }

    private func finish(_ backend: BackendRecord) -> RuntimeReply {
        table.remove(backend, now: now) { self.departingBackends.append($0) }
        return .info("Backend deleted.")
    }

    /// Asks again whether a `del backend` can go on; nil while it cannot.
    func pollDeletion(ofBackend name: String, isExpired: Bool) -> RuntimeReply? {
        if let refusal = refusal(toDelete: name) { return .error(refusal) }
        guard let backend = table.backend(named: name) else { return .error("No such backend.") }
        if isUnused(backend) { return finish(backend) }
        let isIdle = plane.counters(ofBackend: backend.number).currentSessions == 0
        return isExpired || !isIdle ? .error(Self.stillStreaming) : nil
    }

    /// Asks again for the answer of a `wait … be-removable`; reasons as in HAProxy 3.4.
    func pollRemoval(ofBackend name: String, isExpired: Bool) -> RuntimeReply? {
        if let refusal = refusal(toDelete: name) { return .error("Failed. \(refusal)") }
        guard let backend = table.backend(named: name) else { return .error("Failed.") }
        if isUnused(backend) { return .info("Done.") }
        return isExpired ? .error("Wait delay expired. \(Self.stillStreaming)") : nil
    }

    private func isUnused(_ backend: BackendRecord) -> Bool {
        if backend.isDirty { publishIfNeeded() }
        return plane.isUnused(backend: backend.number)
    }
}
