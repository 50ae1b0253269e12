import Synchronization

/// What workers observed of servers, on its way to the control thread.
final class TrafficReports: Sendable {
    /// More than this the control thread need not know at once.
    private static let limit = 4096

    /// Readable while something waits.
    let wakeup = Wakeup()
    private let waiting = Mutex<[TrafficObservation]>([])

    func post(_ observation: TrafficObservation) {
        waiting.withLock { waiting in
            if waiting.count < Self.limit { waiting.append(observation) }
        }
        wakeup.signal()
    }

    /// Takes everything, oldest first.
    func take() -> [TrafficObservation] {
        wakeup.clear()
        return waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
