import Synchronization

/// A change of a map or a pattern list that a rule asks for (`http-request set-map` and its kin).
struct ListChange: Hashable, Sendable {
    /// What becomes of the key.
    enum Kind: UInt8, BitwiseCopyable {
        /// Is there once, with the value.
        case set
        case remove
    }

    /// By the list's number.
    var list: Int
    var kind: Kind
    var key: String
    var value: String
}

/// Changes of lists on their way to the control thread, the one writer; each worker's in its order.
///
/// So a rule changes lists a little later than in HAProxy, where the next rule of the same request sees it.
final class ListChanges: Sendable {
    /// More than this a control thread that is far behind is not asked for.
    private static let limit = 65_536

    /// Readable while something waits.
    let wakeup = Wakeup()
    private let waiting = Mutex<[ListChange]>([])

    /// - Returns: How many there was no room for.
    func post(_ changes: [ListChange]) -> Int {
        let lost = waiting.withLock { waiting in
            let room = max(0, Self.limit - waiting.count)
            waiting += changes.prefix(room)
            return max(0, changes.count - room)
        }
        wakeup.signal()
        return lost
    }

    /// Takes everything, oldest first.
    func take() -> [ListChange] {
        wakeup.clear()
        return waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
