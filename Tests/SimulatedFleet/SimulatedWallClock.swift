import Simulation
import Synchronization

/// The time of day, which somebody may set while everything else goes on.
final class SimulatedWallClock: Sendable {
    private let clock: SimulatedClock
    private let offset = Mutex(1_764_000_000_000)

    init(_ clock: SimulatedClock) { self.clock = clock }

    /// Milliseconds since 1970.
    var milliseconds: Int {
        let now = clock.now.sinceStart.components
        let elapsed = Int(now.seconds) * 1000 + Int(now.attoseconds / 1_000_000_000_000_000)
        return elapsed + offset.withLock { $0 }
    }

    /// Somebody sets it forward, or back.
    func jump(by milliseconds: Int) { offset.withLock { $0 += milliseconds } }
}
