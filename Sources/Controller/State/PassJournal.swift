import Fleet
import Model
package import Planning
import Synchronization

/// Writes down one pass while it runs: what is about to be sent before it is, and what became of it.
///
/// What proxies did is written together with the next batch, or at the end: a proxy without an end in the
/// file may have been sent everything, a part or nothing.
package final class PassJournal: Sendable {
    private struct State {
        var open: [ProxyName: [Int: String]] = [:]
        var endings: [StateDatabase.Ending] = []
        var rejections: [Quarantine.Entry] = []
    }

    package let id: Int
    private let database: StateDatabase
    private let planned: Reconciliation.Planned?
    private let state = Mutex(State())

    /// Writes that the pass begins.
    package init(
        _ pass: PassRecord,
        _ planned: Reconciliation.Planned? = nil,
        in database: StateDatabase
    ) throws(StateDatabase.Unavailable) {
        self.database = database
        self.planned = planned
        id = try database.begin(pass)
    }

    /// Writes what is about to be sent to these proxies.
    package func begin(_ plans: [ProxyPlan]) throws(StateDatabase.Unavailable) {
        try flush()
        try database.begin(plans, of: id)
    }

    /// Hears of the pass; may be called from any task.
    @Sendable package func hear(_ event: PassEvent) {
        state.withLock { state in
            switch event {
            case .step(_, _, .done), .started, .soaking, .unhealthy: break
            case .step(let proxy, let step, let result):
                state.open[proxy, default: [:]][step.id] = result.words
                if case .failed(let error) = result,
                    let entry = planned?.rejection(of: step, by: error)
                {
                    state.rejections.append(entry)
                }
            case .finished(let proxy, let outcome):
                let open = state.open.removeValue(forKey: proxy) ?? [:]
                state.endings.append(.init(proxy: proxy, outcome: outcome, open: open))
            }
        }
    }

    /// What proxies rejected in this pass.
    package var rejections: [Quarantine.Entry] { state.withLock(\.rejections) }

    /// Writes how the pass ended.
    package func end(
        _ result: PassRecord.Result,
        operations: Int,
        message: String
    ) throws(StateDatabase.Unavailable) {
        try flush()
        try database.end(id, result, operations: operations, message: message)
    }

    private func flush() throws(StateDatabase.Unavailable) {
        let endings = state.withLock { state in
            defer { state.endings = [] }
            return state.endings
        }
        try database.end(endings, of: id)
    }
}

extension StepReport.Result {
    /// One line for history.
    fileprivate var words: String {
        switch self {
        case .done: "done"
        case .failed(let error): "failed: \(error.reason)"
        case .expired(let text): "expired: \(text)"
        case .deferred(let text): "deferred: \(text)"
        case .skipped(let step): "skipped: step \(step) was not done"
        case .unknown: "unknown: the reply was lost"
        case .notReached: "not sent"
        }
    }
}

extension FleetOutcome {
    /// How history names the end of a pass, and why.
    package var record: (result: PassRecord.Result, message: String) {
        if let halt = finalHalt { return (.halted, halt.message) }
        if rollout?.halted == .superseded { return (.superseded, "") }
        let stuck = proxies.sorted { $0.key < $1.key }.filter { !$0.value.isConverged }
        let words = stuck.prefix(5).map { "\($0.key): \($0.value.message)" }
        return (PassRecord.Result(result), words.joined(separator: "; "))
    }
}
