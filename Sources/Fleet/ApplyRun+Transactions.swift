import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// A transaction that was sent and is not answered yet.
    struct Flight {
        fileprivate let together: StepLedger.Together
        /// Commands of which replies are due, those around the steps included.
        fileprivate let commands: Int
    }

    /// Sends as many steps as may run, with all that follow them, as one transaction: every one or none.
    ///
    /// The next one is made and sent while the proxy carries out the one before; they depend on nothing of
    /// each other. False when there is nothing to gain, and when the proxy refused: then nothing of it
    /// happened, and the steps go one by one, so that each gets its own answer.
    mutating func transact() async throws -> Bool {
        guard client.capabilities.hasTransactions, singly == 0 else { return false }
        if try await depart() {
            return flights.count < Self.flightLimit ? true : try await land()
        }
        return flights.isEmpty ? false : try await land()
    }

    /// Awaits the end of everything that was sent.
    mutating func landAll() async throws {
        while !flights.isEmpty { _ = try await land() }
    }

    /// Transactions under way at once: what one more would gain is nothing, the proxy is never idle.
    private static var flightLimit: Int { 2 }

    /// Sends the next transaction; false when there are too few steps for one.
    private mutating func depart() async throws -> Bool {
        let travel = travel
        let together = ledger.takeTogether(client.limits.transaction, travel)
        guard try await isCovered(together) else { return flights.isEmpty }
        let isFirst = !hasTransacted
        guard together.steps.count >= Self.least, try await isPossible() else {
            ledger.putBack(together, travel)
            if flights.isEmpty { singly = together.steps.count }
            return false
        }
        var commands = together.steps.flatMap { translation(of: $0) }
        if !isFirst { commands.insert((.begin(nil), payload: nil), at: 0) }
        commands.append((.commit, payload: nil))
        await client.post(commands)
        flights.append(Flight(together: together, commands: commands.count))
        return true
    }

    /// Whether enough is in service for these steps; if not, none is taken, and those in the way are deferred.
    ///
    /// Nobody looks while transactions are under way: what they do would not be seen.
    private mutating func isCovered(_ together: StepLedger.Together) async throws -> Bool {
        guard takesWeight(together.steps) else { return true }
        guard flights.isEmpty else {
            ledger.putBack(together, travel)
            return false
        }
        let refused = try await overdrawn(together.steps)
        guard !refused.isEmpty else { return true }
        ledger.putBack(together, travel)
        for (id, words) in refused.sorted(by: { $0.key < $1.key }) {
            ledger.refuse(id, .deferred(words))
        }
        return false
    }

    /// Reads what became of the oldest transaction; false when the proxy refused it.
    private mutating func land() async throws -> Bool {
        let flight = flights.removeFirst()
        let replies = await client.collect(flight.commands)
        if let failure = replies.failure {
            ledger.lose(flight.together)
            for other in flights { ledger.lose(other.together) }
            flights = []
            throw failure
        }
        guard replies.answered.last?.text.hasPrefix("Transaction committed") == true else {
            ledger.putBack(flight.together, travel)
            singly += flight.together.steps.count
            return false
        }
        let awaited = Set(flight.together.steps.filter { note(steps[$0 - 1].change) })
        ledger.confirm(flight.together, travel) { awaited.contains($0) }
        for id in flight.together.steps where awaited.contains(id) { begin(id) }
        return true
    }

    /// Fewer steps are not worth the two commands around them.
    private static var least: Int { 3 }

    /// Begins the first transaction: only then is it known that the proxy takes any from us, and commands of
    /// one that was not begun would be carried out one by one.
    private mutating func isPossible() async throws -> Bool {
        guard !hasTransacted else { return true }
        let replies = try await client.replies(to: [(.begin(nil), payload: nil)])
        hasTransacted = replies.first?.text.hasPrefix("Transaction started") == true
        return hasTransacted
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
                .addPattern, .deletePattern, .replaceMap, .awaitUp, .grace, .awaitRemovable,
                .storeCertificate, .deleteCertificate, .addCertificateLine,
                .deleteCertificateLine, .abortTransaction:
                .alone
            }
        }
    }
}
