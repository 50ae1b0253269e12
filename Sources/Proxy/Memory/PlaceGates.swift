import Synchronization

/// Places that all workers share, exactly counted: what a server's `maxconn` allows, and who waits for one.
///
/// Sound because every access is atomic and chunks are added, never moved, before a row in them is published.
/// All operations are sequentially consistent: a worker that gives a place back and then sees no waiter, and one
/// that notes itself as waiter and then looks for a place, cannot miss each other.
@safe package struct PlaceGates: BitwiseCopyable, @unchecked Sendable {
    /// A whole cache line a row: places taken, the workers with someone waiting, one bit each, how often all
    /// sessions were told to end, and errors in a row.
    private static let stride = 8
    private static let rowsPerChunk = 1024
    private let chunkLimit: Int
    private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Atomic<Int>>?>

    /// No rows yet; at most `rowLimit` can be reserved. Lives as long as the process or until `free`.
    package init(rowLimit: Int) {
        chunkLimit = (rowLimit + Self.rowsPerChunk - 1) / Self.rowsPerChunk
        unsafe chunks = ZeroedMemory.allocate(
            chunkLimit,
            of: UnsafeMutablePointer<Atomic<Int>>?.self
        )
    }

    /// Makes rows `0..<count` usable; only the control thread calls it, before it publishes their numbers.
    package func reserve(rows count: Int) {
        precondition(count <= chunkLimit * Self.rowsPerChunk, "more gates than the table's limit")
        for chunk in 0..<(count + Self.rowsPerChunk - 1) / Self.rowsPerChunk
        where unsafe chunks[chunk] == nil {
            unsafe chunks[chunk] = ZeroedMemory.allocate(
                Self.rowsPerChunk * Self.stride,
                of: Atomic<Int>.self
            )
        }
    }

    /// Gives the memory back once no thread uses the gates any more.
    package func free() {
        for index in 0..<chunkLimit {
            if let chunk = unsafe chunks[index] { unsafe ZeroedMemory.free(chunk) }
        }
        unsafe ZeroedMemory.free(chunks)
    }

    @inline(__always)
    private func row(_ row: Int) -> UnsafeMutablePointer<Atomic<Int>> {
        let chunk = row / Self.rowsPerChunk
        precondition(
            UInt(bitPattern: chunk) < UInt(bitPattern: chunkLimit),
            "gate outside its table"
        )
        guard let base = unsafe chunks[chunk] else { preconditionFailure("gate was not reserved") }
        return unsafe base + row % Self.rowsPerChunk * Self.stride
    }

    /// Takes a place if fewer than `limit` are taken.
    @inline(__always)
    package func take(_ index: Int, limit: Int) -> Bool {
        let row = unsafe row(index)
        var taken = unsafe row.pointee.load(ordering: .sequentiallyConsistent)
        while taken < limit {
            let result = unsafe row.pointee.compareExchange(
                expected: taken,
                desired: taken + 1,
                ordering: .sequentiallyConsistent
            )
            if result.exchanged { return true }
            taken = result.original
        }
        return false
    }

    /// Gives a place back.
    @inline(__always)
    package func give(_ index: Int) {
        _ = unsafe row(index).pointee.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// How many places are taken.
    package func taken(_ index: Int) -> Int {
        unsafe row(index).pointee.load(ordering: .sequentiallyConsistent)
    }

    /// How often `shutDown` was called: a session that was placed at an earlier count is to end, whichever
    /// worker hears of it when.
    @inline(__always)
    package func shutdowns(_ index: Int) -> Int {
        unsafe row(index)[2].load(ordering: .relaxed)
    }

    /// Condemns the sessions that are placed now, and none that gets a place after.
    package func shutDown(_ index: Int) {
        _ = unsafe row(index)[2].add(1, ordering: .sequentiallyConsistent)
    }

    /// Counts one more error in a row; answers how many there are.
    package func countError(_ index: Int) -> Int {
        unsafe row(index)[3].add(1, ordering: .relaxed).newValue
    }

    /// Something went well, or somebody takes care of the errors.
    @inline(__always)
    package func forgetErrors(_ index: Int) {
        let errors = unsafe row(index) + 3
        if unsafe errors.pointee.load(ordering: .relaxed) != 0 {
            unsafe errors.pointee.store(0, ordering: .relaxed)
        }
    }

    /// The workers with someone waiting, one bit each.
    @inline(__always)
    package func waiters(_ index: Int) -> UInt {
        UInt(bitPattern: unsafe row(index)[1].load(ordering: .sequentiallyConsistent))
    }

    /// Notes whether someone waits at `worker` (0 to 63).
    package func setWaits(_ waits: Bool, _ index: Int, worker: Int) {
        let bit = Int(bitPattern: UInt(1) << UInt(worker))
        let row = unsafe row(index)
        if waits {
            _ = unsafe row[1].bitwiseOr(bit, ordering: .sequentiallyConsistent)
        } else {
            _ = unsafe row[1].bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
        }
    }
}
