/// A bounded first-in-first-out of tokens; one thread's own.
struct TokenRing: BitwiseCopyable {
    private let slots: RawTable<UInt64>
    private var first = 0
    private(set) var count = 0

    init(capacity: Int) { slots = RawTable(zeroed: capacity) }

    var isEmpty: Bool { count == 0 }

    /// False when the ring is full.
    mutating func put(_ token: UInt64) -> Bool {
        guard count < slots.count else { return false }
        slots[(first + count) % slots.count] = token
        count += 1
        return true
    }

    mutating func take() -> UInt64? {
        guard count > 0 else { return nil }
        defer {
            first = (first + 1) % slots.count
            count -= 1
        }
        return slots[first]
    }

    func free() { slots.free() }
}
