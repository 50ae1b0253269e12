import Fleet
import Model
import Planning
import Simulation
import Synchronization

/// Runs pass after pass over a simulated fleet: observe, plan, apply, until told to stop.
///
/// Remembers nothing between passes but which fleet was applied everywhere last.
struct SimulatedController: Sendable {
    let observer: Observer
    let applier: Applier
    let clock: SimulatedClock
    let trace: Trace

    /// How one pass ended.
    struct PassResult: Sendable {
        /// Every proxy was observed.
        var isComplete = true
        /// Steps of all proxies together.
        var steps = 0
        var remarks: [Remark] = []
    }

    /// One pass over the whole fleet; one proxy's failure does not stop the others.
    func pass(_ number: Int, _ desired: DesiredState, previous: DesiredFleet?) async -> PassResult {
        let fleet = desired.fleets[0]
        let observed = await observe(fleet)
        var options = Planner.Options()
        options.previous = previous
        let plan = Planner.plan(
            fleet,
            revision: desired.revision,
            observed: observed,
            options: options
        )
        let steps = plan.proxies.reduce(0) { $0 + $1.steps.count }
        trace.note(
            "pass \(number): observed \(observed.count) of \(fleet.proxies.count), \(steps) steps"
        )
        for proxyPlan in plan.proxies {
            for remark in proxyPlan.remarks {
                trace.note("\(proxyPlan.proxy) \(remark.kind.rawValue): \(remark.message)")
            }
        }
        await withDiscardingTaskGroup { group in
            for proxyPlan in plan.proxies where !proxyPlan.steps.isEmpty {
                guard let target = fleet.proxies.first(where: { $0.name == proxyPlan.proxy }) else {
                    continue
                }
                group.addTask { await apply(proxyPlan, to: target, pass: number) }
            }
        }
        return PassResult(
            isComplete: observed.count == fleet.proxies.count,
            steps: steps,
            remarks: plan.proxies.flatMap(\.remarks)
        )
    }

    /// What every proxy that answers runs.
    func observe(_ fleet: DesiredFleet) async -> [ObservedProxy] {
        let scope = ObservationScope(fleet)
        return await withTaskGroup { group in
            for target in fleet.proxies {
                group.addTask { () -> ObservedProxy? in
                    do {
                        return try await observer.observe(target, scope)
                    } catch {
                        trace.note("cannot observe: \(error)")
                        return nil
                    }
                }
            }
            var observed: [ObservedProxy] = []
            for await proxy in group.compactMap(\.self) { observed.append(proxy) }
            return observed.sorted { $0.name < $1.name }
        }
    }

    private func apply(_ plan: ProxyPlan, to target: ProxyTarget, pass: Int) async {
        for step in plan.steps {
            trace.note("\(target.name) step \(step.id) after \(step.after): \(step.change)")
        }
        let outcome = await applier.apply(plan, to: target)
        trace.note("\(target.name) pass \(pass): \(outcome.ending)")
        for result in outcome.results where result.result != .done {
            trace.note("\(target.name) step \(result.step): \(result.result)")
        }
    }
}

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
