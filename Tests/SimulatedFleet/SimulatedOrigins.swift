import Model
import Proxy
import Simulation
import Synchronization

/// The servers behind the proxies: which address answers from when on.
///
/// An address never goes down again, so whatever fails at one failed because something of ours sent it
/// traffic too early.
final class SimulatedOrigins: Sendable {
    /// An IPv4 address and a port; nothing else is simulated.
    struct Address: Hashable, Sendable, CustomStringConvertible {
        let bits: UInt32
        let port: UInt16

        init?(_ endpoint: Endpoint) {
            guard case .ipv4(let address, let port) = endpoint else { return nil }
            bits = address.bits
            self.port = port
        }

        init(_ address: SocketAddress) {
            bits = UInt32(truncatingIfNeeded: address.low)
            port = address.port
        }

        var description: String { "\(IPv4Address(bits: bits)):\(port)" }
    }

    private let upSince = Mutex<[Address: SimulatedClock.Instant]>([:])

    init() {}

    /// Lets an address answer from `instant` on, unless it is known already.
    func start(_ address: Address, at instant: SimulatedClock.Instant) {
        upSince.withLock { known in
            if known[address] == nil { known[address] = instant }
        }
    }

    func isUp(_ address: Address, at instant: SimulatedClock.Instant) -> Bool {
        upSince.withLock { known in known[address].map { $0 <= instant } ?? false }
    }
}
