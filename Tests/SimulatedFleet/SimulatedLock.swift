import Controller
import Model
import Synchronization

/// The lock of one fleet, as a kernel keeps it: it goes with the life that holds it.
final class SimulatedLock: Sendable {
    /// Held for as long as somebody keeps it.
    final class Token: Sendable {
        fileprivate let lock: SimulatedLock
        fileprivate let life: Int

        fileprivate init(_ lock: SimulatedLock, life: Int) {
            self.lock = lock
            self.life = life
        }

        deinit { lock.release(life) }
    }

    private let holder = Mutex<Int?>(nil)

    /// The life that may write to the fleet.
    var current: Int? { holder.withLock { $0 } }

    /// Takes the lock without waiting.
    func take(life: Int) throws(FleetLock.Unavailable) -> Token {
        let isMine = holder.withLock { holder in
            if holder == nil { holder = life }
            return holder == life
        }
        guard isMine else {
            throw FleetLock.Unavailable(description: "the other one holds it", isHeld: true)
        }
        return Token(self, life: life)
    }

    /// What the kernel does when a process dies.
    func release(_ life: Int) {
        holder.withLock { if $0 == life { $0 = nil } }
    }
}
