package import Model
import Planning
import Synchronization

/// What the loop knows and has counted; written by the loop, read by HTTP at any time.
package final class StatusBoard: Sendable {
    private struct State {
        var status: Status
        var metrics = ControllerMetrics()
    }

    private let state: Mutex<State>

    package init(repository: String, ref: String) {
        state = Mutex(State(status: Status(repository: repository, ref: ref)))
    }

    /// A consistent copy.
    package var status: Status { state.withLock(\.status) }

    /// OpenMetrics text of a consistent copy.
    package var metrics: String {
        let (status, metrics) = state.withLock { ($0.status, $0.metrics) }
        return metrics.text(with: status)
    }

    /// Every fleet had a pass, so `/readyz` may say yes.
    package var isReady: Bool {
        let status = status
        return status.good != nil && status.fleets.allSatisfy { $0.attempted != nil }
    }

    /// Changes what is known, what is counted, or both.
    package func update(_ body: (inout Status, inout ControllerMetrics) -> Void) {
        state.withLock { body(&$0.status, &$0.metrics) }
    }

    /// Changes one fleet; one that is not known yet is added.
    package func update(_ fleet: FleetName, _ body: (inout Status.Fleet) -> Void) {
        state.withLock { state in
            var found = state.status.fleets.first { $0.name == fleet } ?? Status.Fleet(name: fleet)
            body(&found)
            state.status.fleets.removeAll { $0.name == fleet }
            state.status.fleets.append(found)
            state.status.fleets.sort { $0.name < $1.name }
        }
    }

    /// Forgets fleets that are no longer declared.
    package func keep(only fleets: [FleetName]) {
        state.withLock { state in
            state.status.fleets.removeAll { !fleets.contains($0.name) }
        }
    }
}
