import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// Carries out as many steps as may run, with all that follow them, as one transaction: every one or none.
    ///
    /// False when there is nothing to gain, and when the proxy refused: then nothing happened, and the steps
    /// go one by one, so that each gets its own answer.
    mutating func transact() async throws -> Bool {
        guard client.capabilities.hasTransactions, singly == 0 else { return false }
        let travel = travel
        let ids = ledger.takeTogether(client.limits.transaction, travel)
        guard ids.count >= Self.least, try await isBegun() else {
            ledger.putBack(ids, travel)
            singly = ids.count
            return false
        }
        var commands = ids.flatMap { translation(of: $0) }
        commands.append((.commit, payload: nil))
        let replies = await client.exchange(commands)
        if let failure = replies.failure {
            ledger.lose(ids)
            throw failure
        }
        guard replies.answered.last?.text.hasPrefix("Transaction committed") == true else {
            ledger.putBack(ids, travel)
            singly = ids.count
            return false
        }
        for id in ids {
            if note(steps[id - 1].change) { begin(id) } else { ledger.confirm(id) }
        }
        return true
    }

    /// Fewer steps are not worth the two commands around them.
    private static var least: Int { 3 }

    private func isBegun() async throws -> Bool {
        let reply = try await client.replies(to: [(.begin(nil), payload: nil)])
        return reply.first?.text.hasPrefix("Transaction started") == true
    }

    private func translation(of id: Int) -> [RuntimeClient.Command] {
        ChangeTranslation.commands(for: steps[id - 1].change, forgetsHealth: forgetsHealth(id))
            .map { ($0.command, payload: $0.payload) }
    }

    /// What is awaited, and what the proxy does not collect, goes alone.
    private var travel: (Int) -> StepLedger.Travel {
        // Held apart, so that the ledger may ask while it changes.
        let (steps, added, checked) = (steps, added, checked)
        return { id in
            switch steps[id - 1].change {
            case .addServer, .enableHealth, .enableAgent, .setWeight, .setMaxconn,
                .setCheckAddress, .setAgentAddress, .deleteServer, .addMapEntry, .setMapEntry,
                .deleteMapEntry:
                .together
            // What it means for checks depends on whether the server was added before it.
            case .setAdmin(let path, from: .maint, to: .drain):
                !added.contains(path) && checked.contains(path) ? .alone : .together
            case .setAdmin: .together
            case .setAddress: .last
            case .addBackend, .publishBackend, .unpublishBackend, .deleteBackend, .setLimit,
                .addPattern, .deletePattern, .replaceMap, .awaitUp, .grace, .awaitRemovable:
                .alone
            }
        }
    }
}
