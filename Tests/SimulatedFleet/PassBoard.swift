import Model
import Synchronization

/// What is asked for now, and the pass that works on it.
final class PassBoard: Sendable {
    private struct State {
        var desired: DesiredState
        var script: DesiredScript
        /// What the running pass works towards; nil between passes.
        var underWay: DesiredState?
        var passes = 0
    }

    private let state: Mutex<State>

    init(script: DesiredScript) {
        state = Mutex(State(desired: script.current, script: script))
    }

    var desired: DesiredState { state.withLock { $0.desired } }

    var underWay: DesiredState? { state.withLock { $0.underWay } }

    var passes: Int { state.withLock { $0.passes } }

    /// Someone pushes: the next desired state.
    func commit() -> DesiredState {
        state.withLock { state in
            state.desired = state.script.commit()
            return state.desired
        }
    }

    /// Numbers a new pass and notes what it works on.
    func begin() -> (number: Int, desired: DesiredState) {
        state.withLock { state in
            state.passes += 1
            state.underWay = state.desired
            return (state.passes, state.desired)
        }
    }

    func end() { state.withLock { $0.underWay = nil } }
}
