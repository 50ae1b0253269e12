import Proxy
import Synchronization

/// Clients and origins in one thread with one epoll loop: light, so that the proxy between them is what costs.
///
/// A failed request is one that was refused, cut off, late, or answered by anything but 200.
package final class Traffic: Sendable {
    private let thread: Mutex<SystemThread?>
    private let shared: TrafficShared
    /// The plan with the ports that the kernel chose.
    package let plan: TrafficPlan

    /// Listens at once, so that the origins' ports are known, and starts the thread; clients wait for `send`.
    package init(_ plan: TrafficPlan) throws {
        let listeners = try plan.origins.map(Self.listen)
        var bound = plan
        for index in plan.origins.indices { bound.origins[index].port = listeners[index].port }
        let shared = TrafficShared(plan: bound)
        self.plan = bound
        self.shared = shared
        thread = Mutex(
            SystemThread(cpu: plan.cpu) { [bound] in
                let descriptors = listeners.map(\.descriptor)
                var engine = TrafficEngine(plan: bound, listeners: descriptors, shared: shared)
                engine.run()
            }
        )
    }

    package var originPorts: [UInt16] { plan.origins.map(\.port) }

    /// Lets the clients begin, or go on, to these targets.
    package func send(to targets: [UInt16]) {
        shared.state.withLock { $0.targets = targets }
        shared.wakeup.signal()
    }

    /// Lets the clients finish what they have begun and send nothing more.
    package func pause() { send(to: []) }

    /// Makes an origin answer its checks with 503, or with 200 again.
    package func setHealthy(_ isHealthy: Bool, origin name: String) {
        guard let index = plan.origins.firstIndex(where: { $0.name == name }) else { return }
        shared.state.withLock { $0.isHealthy[index] = isHealthy }
        shared.wakeup.signal()
    }

    /// What the clients saw, at most a few milliseconds old.
    package var report: TrafficReport { shared.state.withLock { $0.report } }

    /// Answers of one origin so far.
    package func answers(of name: String) -> Int {
        guard let index = plan.origins.firstIndex(where: { $0.name == name }) else { return 0 }
        let answers = report.answersByOrigin
        return index < answers.count ? answers[index] : 0
    }

    /// Ends the thread and closes everything; idempotent.
    package func stop() {
        shared.state.withLock { $0.isStopping = true }
        shared.wakeup.signal()
        thread.withLock { thread in
            if let running = thread.take() { running.join() }
        }
    }

    private static func listen(_ origin: TrafficPlan.Origin) throws -> BoundOrigin {
        let address = SocketAddress(ipv4: 0x7f00_0001, port: origin.port)
        let listener = try SocketListener.listen(on: address)
        let port = listener.socket.localAddress.port
        return BoundOrigin(descriptor: listener.release(), port: port)
    }
}

/// An origin's socket and the port it got.
private struct BoundOrigin: Sendable {
    let descriptor: Descriptor
    let port: UInt16
}

/// What the thread and its owner tell each other.
final class TrafficShared: Sendable {
    struct State {
        var targets: [UInt16] = []
        var isHealthy: [Bool]
        var isStopping = false
        var report = TrafficReport()
    }

    let state: Mutex<State>
    let wakeup = Wakeup()

    init(plan: TrafficPlan) {
        state = Mutex(State(isHealthy: plan.origins.map { _ in true }))
    }
}
