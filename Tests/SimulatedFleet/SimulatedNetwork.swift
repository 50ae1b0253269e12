import Fleet
import Model
import Simulation
import Synchronization

/// The network between Apus and a simulated fleet: every exchange takes a little time, and rules break some.
final class SimulatedNetwork: RuntimeTransport {
    /// Which pass the current task works for: what proves that two passes never interleave.
    @TaskLocal static var pass = 0

    private let clock: SimulatedClock
    private let trace: Trace
    private let rules: [FaultRule]
    private let proxies: [RuntimeAddress: SimulatedProxy]
    private let generator: Mutex<SeededGenerator>
    /// Until when a proxy takes no input.
    private let stalls = Mutex<[ProxyName: SimulatedClock.Instant]>([:])

    init(
        proxies: [RuntimeAddress: SimulatedProxy],
        rules: [FaultRule],
        clock: SimulatedClock,
        trace: Trace,
        generator: SeededGenerator
    ) {
        self.clock = clock
        self.trace = trace
        self.rules = rules
        self.proxies = proxies
        self.generator = Mutex(generator)
    }

    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        let latency = Duration.microseconds(random(in: 50...2000))
        guard await sleeps(for: latency) else { throw .failed("cancelled") }
        guard let proxy = proxies[address] else { throw .absent }
        switch fault(for: proxy) {
        case .refuse?: throw .refused
        case .partition(let end)?: try await waitForPeace(at: end, within: limit)
        default: break
        }
        let client = SimulatedConnection(clock: clock)
        let pass = Self.pass
        let life = proxy.life
        let opened = proxy.withProcess(life: life) { process in process.open(client, pass: pass) }
        guard let session = opened else { throw .refused }
        let wire = Wire(
            proxy: proxy,
            life: life,
            session: session,
            client: client,
            latency: latency
        )
        return SimulatedSocket(network: self, wire: wire)
    }

    /// Knocks until the partition is over or nobody wants to wait any longer.
    private func waitForPeace(
        at end: Duration,
        within limit: Duration
    ) async throws(TransportError) {
        let rest = end - clock.now.sinceStart
        guard await sleeps(for: min(rest, limit)) else { throw .failed("cancelled") }
        if rest >= limit { throw .timedOut }
    }

    /// One open connection's two ends.
    fileprivate struct Wire: Sendable {
        let proxy: SimulatedProxy
        let life: Int
        let session: Int
        let client: SimulatedConnection
        let latency: Duration
    }

    fileprivate func fault(for proxy: SimulatedProxy) -> FaultRule.Fault? {
        let now = clock.now.sinceStart
        let fault = generator.withLock { generator in
            FaultRule.fault(in: rules, for: proxy.name, at: now, using: &generator)
        }
        if let fault { trace.note("\(proxy.name) fault \(fault)") }
        return fault
    }

    fileprivate func random(in range: ClosedRange<Int>) -> Int {
        generator.withLock { Int.random(in: range, using: &$0) }
    }

    /// False when cancelled.
    private func sleeps(for duration: Duration) async -> Bool {
        do {
            try await clock.sleep(for: duration)
            return true
        } catch { return false }
    }

    /// Passes bytes on, as far as the world allows.
    fileprivate func send(_ bytes: [UInt8], over wire: Wire) {
        let client = wire.client
        switch fault(for: wire.proxy) {
        case nil, .refuse:
            forward(bytes, over: wire)
        case .delay(let delay):
            client.setReplyPath(.delay(delay))
            forward(bytes, over: wire)
        case .stall(let duration):
            stall(wire.proxy, for: duration)
            forward(bytes, over: wire)
        case .hang:
            client.setReplyPath(.drop)
        case .dropReply:
            client.setReplyPath(.drop)
            forward(bytes, over: wire)
        case .cutReply:
            client.setReplyPath(.cut(after: random(in: 0...400)))
            forward(bytes, over: wire)
        case .partition(let end):
            // Its kernel sends it again after a pause that has grown with every attempt.
            let retry = end + .milliseconds(random(in: 1...3_000))
            client.hold(until: SimulatedClock.Instant(sinceStart: retry))
            forward(bytes, over: wire)
        case .restartBefore:
            forward(Array(bytes.prefix(random(in: 0...bytes.count))), over: wire)
            clock.schedule(after: wire.latency) { wire.proxy.restart(life: wire.life) }
        case .restartAfter:
            client.setReplyPath(.cut(after: random(in: 0...400)))
            forward(bytes, over: wire)
            clock.schedule(after: wire.latency) { wire.proxy.restart(life: wire.life) }
        }
    }

    private func forward(_ bytes: [UInt8], over wire: Wire) {
        let isHeld = wire.client.heldUntil != nil
        arrive(over: wire) {
            // Whoever gives up takes back what is still under way.
            if isHeld, wire.client.isClosedByClient { return }
            wire.proxy.withProcess(life: wire.life) { process in
                process.receive(bytes, from: wire.session)
            }
        }
    }

    fileprivate func close(_ wire: Wire) {
        wire.client.closeByClient()
        arrive(over: wire) {
            wire.proxy.withProcess(life: wire.life) { process in
                process.receiveEnd(from: wire.session)
            }
        }
    }

    /// Lets something reach the proxy as soon as the wire and the proxy allow; what was sent first comes first.
    private func arrive(over wire: Wire, _ action: @escaping @Sendable () -> Void) {
        let stalled =
            stalls.withLock { $0[wire.proxy.name] }.map { clock.now.duration(to: $0) } ?? .zero
        let held = wire.client.heldUntil.map { clock.now.duration(to: $0) } ?? .zero
        clock.schedule(after: max(wire.latency, stalled, held), action)
    }

    private func stall(_ proxy: SimulatedProxy, for duration: Duration) {
        let end = clock.now.advanced(by: duration)
        stalls.withLock { $0[proxy.name] = max($0[proxy.name] ?? end, end) }
    }
}

/// The client's end of a simulated connection.
private struct SimulatedSocket: RuntimeConnection {
    let network: SimulatedNetwork
    let wire: SimulatedNetwork.Wire

    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        guard !wire.client.isClosedByClient, wire.proxy.life == wire.life else { throw .reset }
        network.send(bytes, over: wire)
    }

    func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
        guard let bytes = await wire.client.receive(within: limit) else { throw .timedOut }
        return bytes
    }

    func close() async {
        guard !wire.client.isClosedByClient else { return }
        network.close(wire)
    }
}
