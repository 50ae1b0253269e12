import Synchronization

/// Letters from the control thread to one worker, which it reads when its descriptor wakes it.
final class Mailbox: Sendable {
    enum Letter: Sendable, Hashable {
        /// Close the idle connections to a slot.
        case purge(slot: UInt32)
        /// End what is in progress on a slot.
        case shutdownSessions(slot: UInt32)
        /// Close the sockets a frontend listens on.
        case close(frontend: Int)
        /// A place of a server that stays taken, for someone who waits at this worker.
        case place(slot: UInt32, backend: Int32)
        /// Tell what is being served.
        case census(SessionCensus)
        /// Tell of itself.
        case survey(WorkerSurvey)
        /// Accept nothing more, finish what is there, then stop.
        case drain
        /// Stop now.
        case stop
    }

    /// Readable while letters wait.
    let wakeup = Wakeup()
    /// The worker serves nobody any more, and no letter is read.
    private let isAbandoned = Atomic<Bool>(false)
    private struct Letters {
        var inOrder: [Letter] = []
        var all: Set<Letter> = []
    }

    private let letters = Mutex(Letters())

    /// Leaves a letter and wakes the worker; a letter that already waits is not left twice.
    func post(_ letter: Letter) {
        let isNew = letters.withLock { letters in
            // Each place is one; everything else is the same said twice.
            if case .place = letter {
            } else if !letters.all.insert(letter).inserted {
                return false
            }
            letters.inOrder.append(letter)
            return true
        }
        if isNew { wakeup.signal() }
    }

    /// Whether the worker still serves.
    var hasReader: Bool { !isAbandoned.load(ordering: .acquiring) }

    /// The worker ends.
    func abandon() { isAbandoned.store(true, ordering: .releasing) }

    /// Takes all letters.
    func take() -> [Letter] {
        wakeup.clear()
        return letters.withLock { letters in
            defer { letters = Letters() }
            return letters.inOrder
        }
    }
}
