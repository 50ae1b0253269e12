import Model
import Synchronization

/// Runs the checks: connects, asks, reads, on a thread of its own; decides nothing.
///
/// Results go to the control thread through `results`; it answers with when to check again.
final class HealthChecker: Sendable {
    /// Results on their way to the control thread.
    struct Results: ~Copyable, Sendable {
        let wakeup = Wakeup()
        private let waiting = Mutex<[(CheckTarget.ID, CheckResult)]>([])

        func post(_ results: [(CheckTarget.ID, CheckResult)]) {
            waiting.withLock { $0 += results }
            wakeup.signal()
        }

        func take() -> [(CheckTarget.ID, CheckResult)] {
            wakeup.clear()
            return waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
        }
    }

    /// When a target is checked again, and what it is told of its state then.
    struct Plan: Sendable {
        let target: CheckTarget.ID
        let interval: Milliseconds
        let state: String
    }

    /// What the control thread wants.
    struct Orders: Sendable {
        var targets: [CheckTarget]?
        var schedule: [Plan] = []
        /// Checks that shall come sooner, if they do not come at once.
        var hastened: [(CheckTarget.ID, Milliseconds)] = []
        var stops = false
    }

    let results = Results()
    private let wakeup = Wakeup()
    private let orders = Mutex(Orders())
    private let thread = Mutex(ThreadGroup())

    /// Replaces the list of what is checked; checks of targets that stay go on undisturbed.
    func check(_ targets: [CheckTarget]) {
        orders.withLock { $0.targets = targets }
        wakeup.signal()
    }

    /// Checks a target again after `interval`.
    func schedule(_ target: CheckTarget.ID, after interval: Milliseconds, state: String = "") {
        let plan = Plan(target: target, interval: interval, state: state)
        orders.withLock { $0.schedule.append(plan) }
        wakeup.signal()
    }

    /// Checks a target within `interval`, if it would wait longer.
    func hasten(_ target: CheckTarget.ID, to interval: Milliseconds) {
        orders.withLock { $0.hastened.append((target, interval)) }
        wakeup.signal()
    }

    func start() {
        thread.withLock { group in
            group.start {
                var loop = CheckLoop(self.wakeup.descriptor)
                while true {
                    let orders = self.takeOrders()
                    if orders.stops { return }
                    let finished = loop.turn(orders)
                    if !finished.isEmpty { self.results.post(finished) }
                }
            }
        }
    }

    func stop() {
        orders.withLock { $0.stops = true }
        wakeup.signal()
        thread.withLock { $0.join() }
    }

    private func takeOrders() -> Orders {
        wakeup.clear()
        return orders.withLock { orders in
            defer { orders = Orders() }
            return orders
        }
    }
}
