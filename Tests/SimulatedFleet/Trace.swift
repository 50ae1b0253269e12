import Simulation
import Synchronization

/// What happened in one simulated run: the last events to read, and a digest of all of them.
///
/// Equal digests of two runs of a seed show that nothing but the seed decides.
final class Trace: Sendable {
    private struct State {
        var recent: [String] = []
        var digest = StableDigest()
        var count = 0
    }

    private static let kept = 60

    private let clock: SimulatedClock
    private let state = Mutex(State())

    init(clock: SimulatedClock) { self.clock = clock }

    /// Notes an event at the current simulated time.
    func note(_ event: @autoclosure () -> String) {
        let line = "\(Self.seconds(clock.now.sinceStart)) \(event())"
        state.withLock { state in
            state.count += 1
            state.digest.combine(line)
            if state.recent.count >= 2 * Self.kept { state.recent.removeFirst(Self.kept) }
            state.recent.append(line)
        }
    }

    /// The last events, oldest first.
    var recent: [String] { state.withLock { Array($0.recent.suffix(Self.kept)) } }

    var digest: UInt64 { state.withLock { $0.digest.value } }

    var count: Int { state.withLock { $0.count } }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = String(attoseconds / 1_000_000_000_000_000)
        return
            "\(seconds).\(String(repeating: "0", count: 3 - milliseconds.utf8.count))\(milliseconds)"
    }
}

/// FNV-1a over lines.
private struct StableDigest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ line: String) {
        for byte in line.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        value = (value ^ 10) &* 0x100_0000_01b3
    }
}
