import Synchronization

/// The one snapshot that every worker reads: an atomic pointer, and a proof of when the old one is dead.
///
/// The writer swaps the pointer and counts an epoch. Each reader says at every turn of its loop which epoch
/// it has seen, and "offline" before it blocks; memory retired in an epoch is freed once every reader has
/// seen that epoch or is offline. Sound because a reader uses a snapshot only between `enter` and `leave`,
/// and both orders (reader: announce, then load; writer: swap, then look) are sequentially consistent.
@safe package struct Published: BitwiseCopyable, @unchecked Sendable {
    @safe private struct Storage: ~Copyable {
        let current: Atomic<UnsafeMutablePointer<RoutingSnapshot>>
        let epoch = Atomic<Int>(1)

        init(_ snapshot: UnsafeMutablePointer<RoutingSnapshot>) {
            unsafe current = Atomic(snapshot)
        }
    }

    /// Eight words a reader, so that no two share a cache line.
    private static let readerStride = 8
    private static let offline = Int.max
    private let storage: UnsafeMutablePointer<Storage>
    private let seen: UnsafeMutablePointer<Atomic<Int>>
    package let readers: Int

    package init(_ snapshot: RoutingSnapshot, readers: Int) {
        self.readers = readers
        let first = UnsafeMutablePointer<RoutingSnapshot>.allocate(capacity: 1)
        unsafe first.initialize(to: snapshot)
        unsafe storage = .allocate(capacity: 1)
        unsafe storage.initialize(to: Storage(first))
        unsafe seen = ZeroedMemory.allocate(readers * Self.readerStride, of: Atomic<Int>.self)
        for reader in 0..<readers { leave(reader: reader) }
    }

    // MARK: Readers

    /// Announces that `reader` is at work and returns the snapshot it may use until it leaves or enters again.
    @inline(__always)
    package func enter(reader: Int) -> RoutingSnapshot {
        let epoch = unsafe storage.pointee.epoch.load(ordering: .acquiring)
        unsafe seen[reader * Self.readerStride].store(epoch, ordering: .sequentiallyConsistent)
        return unsafe storage.pointee.current.load(ordering: .sequentiallyConsistent).pointee
    }

    /// Announces that `reader` holds nothing; called before it may block.
    @inline(__always)
    package func leave(reader: Int) {
        unsafe seen[reader * Self.readerStride].store(Self.offline, ordering: .releasing)
    }

    // MARK: The one writer

    /// The snapshot that readers get from now on, with what frees the one before; returns its epoch.
    func swap(_ snapshot: RoutingSnapshot) -> (epoch: Int, freeOld: @Sendable () -> Void) {
        let next = UnsafeMutablePointer<RoutingSnapshot>.allocate(capacity: 1)
        unsafe next.initialize(to: snapshot)
        let old = unsafe storage.pointee.current.exchange(next, ordering: .sequentiallyConsistent)
        let address = UInt(bitPattern: old)
        let epoch = unsafe storage.pointee.epoch.add(1, ordering: .sequentiallyConsistent).newValue
        return (
            epoch,
            { unsafe UnsafeMutablePointer<RoutingSnapshot>(bitPattern: address)?.deallocate() }
        )
    }

    /// The newest epoch.
    package var epoch: Int { unsafe storage.pointee.epoch.load(ordering: .relaxed) }

    /// The oldest epoch that a reader at work may still be in; `Int.max` when all are offline.
    package var oldestSeen: Int {
        var oldest = Self.offline
        for reader in 0..<readers {
            let value = unsafe seen[reader * Self.readerStride].load(
                ordering: .sequentiallyConsistent
            )
            oldest = min(oldest, value)
        }
        return oldest
    }
}

/// Memory waiting until every reader has passed the epoch that retired it; the control thread's own.
package struct RetireList {
    private var waiting: [(epoch: Int, isBulk: Bool, free: @Sendable () -> Void)] = []

    package init() {}

    package var isEmpty: Bool { waiting.isEmpty }

    /// Publishes and remembers what to free later.
    package mutating func publish(
        _ snapshot: RoutingSnapshot,
        through published: Published,
        retiring retired: [RetiredMemory]
    ) {
        let (epoch, freeOld) = published.swap(snapshot)
        waiting.append((epoch, false, freeOld))
        for memory in retired { waiting.append((epoch, memory.isBulk, memory.free)) }
        collect(published)
    }

    /// Frees what no reader can hold any more.
    package mutating func collect(_ published: Published) {
        let oldest = published.oldestSeen
        let dead = waiting.prefix { $0.epoch <= oldest }
        var hasBulk = false
        for memory in dead {
            memory.free()
            hasBulk = hasBulk || memory.isBulk
        }
        waiting.removeFirst(dead.count)
        if hasBulk { ZeroedMemory.giveBack() }
    }
}
