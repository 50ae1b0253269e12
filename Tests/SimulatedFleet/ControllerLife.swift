import Controller
import Fleet
import Model
import Simulation
import Synchronization

/// One process of a controller, from its start to its end: what it may reach, and whether it still lives.
final class ControllerLife: RuntimeTransport, Sendable {
    private struct State {
        var isDead = false
        var open: [Int: any RuntimeConnection] = [:]
        var next = 0
        var violation: String?
        var stoppedUntil: SimulatedClock.Instant?
    }

    let number: Int
    let database: StateDatabase
    let death = Inbox<Bool>()
    private let network: SimulatedNetwork
    private let clock: SimulatedClock
    private let lock: SimulatedLock
    private let state = Mutex(State())

    init(
        _ number: Int,
        network: SimulatedNetwork,
        clock: SimulatedClock,
        lock: SimulatedLock,
        database: StateDatabase
    ) {
        self.number = number
        self.network = network
        self.clock = clock
        self.lock = lock
        self.database = database
    }

    /// A write of somebody who does not hold the lock.
    var violation: String? { state.withLock(\.violation) }

    var isDead: Bool { state.withLock(\.isDead) }

    /// The process is killed: its connections close, its lock is free, and it writes nothing more.
    func kill() {
        state.withLock { $0.isDead = true }
        database.cut()
        lock.release(number)
        death.add(true)
    }

    /// The process stands still: what it does at its sockets it does afterwards.
    func stop(until instant: SimulatedClock.Instant) {
        state.withLock { $0.stoppedUntil = max($0.stoppedUntil ?? instant, instant) }
    }

    /// Waits while the process stands still; not at all once it is cancelled.
    fileprivate func waitWhileStopped() async {
        while let end = state.withLock(\.stoppedUntil), end > clock.now, !isDead {
            do { try await clock.sleep(until: end, tolerance: nil) } catch { return }
        }
    }

    /// Closes what the process left open, as its kernel does.
    func bury() async {
        let open = state.withLock { state in
            defer { state.open = [:] }
            return state.open.sorted { $0.key < $1.key }.map(\.value)
        }
        for connection in open { await connection.close() }
    }

    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        await waitWhileStopped()
        guard !isDead else { throw .failed("killed") }
        let connection = try await network.connect(to: address, within: limit)
        let key = state.withLock { state in
            state.next += 1
            state.open[state.next] = connection
            return state.next
        }
        if isDead {
            await connection.close()
            throw .failed("killed")
        }
        return LivingConnection(life: self, key: key, connection: connection)
    }

    /// Notes that somebody sends; only the holder of the lock may.
    fileprivate func check() throws(TransportError) {
        guard !isDead else { throw .failed("killed") }
        guard lock.current == number else {
            state.withLock { $0.violation = "controller \(number) sends without the lock" }
            return
        }
    }

    fileprivate func forget(_ key: Int) { state.withLock { $0.open[key] = nil } }
}

/// A connection that ends with the process that opened it.
private struct LivingConnection: RuntimeConnection {
    let life: ControllerLife
    let key: Int
    let connection: any RuntimeConnection

    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError) {
        await life.waitWhileStopped()
        try life.check()
        try await connection.send(bytes, within: limit)
    }

    func receive(within limit: Duration) async throws(TransportError) -> [UInt8] {
        let bytes = try await connection.receive(within: limit)
        await life.waitWhileStopped()
        guard !life.isDead else { throw .failed("killed") }
        return bytes
    }

    func close() async {
        life.forget(key)
        await connection.close()
    }
}
