import Synchronization

/// Rows of counters that every worker has its own copy of; readers add the copies up.
///
/// Sound because only its own worker writes a copy, every access is atomic (relaxed: a plain load and
/// store), and chunks are added, never moved, before a row in them is published.
@safe package struct CounterTable: BitwiseCopyable, @unchecked Sendable {
    private static let rowsPerChunk = 1024
    /// Counters in a row, rounded up to a whole cache line so that no two rows share one.
    private let stride: Int
    private let columns: Int
    private let chunkLimit: Int
    package let workers: Int
    private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Atomic<Int>>?>

    /// No rows yet; at most `rowLimit` can be reserved. Lives as long as the process or until `free`.
    package init(columns: Int, workers: Int, rowLimit: Int) {
        self.columns = columns
        self.workers = workers
        stride = (columns + 7) / 8 * 8
        chunkLimit = (rowLimit + Self.rowsPerChunk - 1) / Self.rowsPerChunk
        unsafe chunks = ZeroedMemory.allocate(
            workers * chunkLimit,
            of: UnsafeMutablePointer<Atomic<Int>>?.self
        )
    }

    /// Makes rows `0..<count` usable; only the control thread calls it, before it publishes their numbers.
    package func reserve(rows count: Int) {
        precondition(count <= chunkLimit * Self.rowsPerChunk, "more rows than the table's limit")
        for chunk in 0..<(count + Self.rowsPerChunk - 1) / Self.rowsPerChunk {
            for worker in 0..<workers where unsafe chunks[worker * chunkLimit + chunk] == nil {
                unsafe chunks[worker * chunkLimit + chunk] = ZeroedMemory.allocate(
                    Self.rowsPerChunk * stride,
                    of: Atomic<Int>.self
                )
            }
        }
    }

    /// Gives the memory back once no thread uses the table any more.
    package func free() {
        for index in 0..<workers * chunkLimit {
            if let chunk = unsafe chunks[index] { unsafe ZeroedMemory.free(chunk) }
        }
        unsafe ZeroedMemory.free(chunks)
    }

    @inline(__always)
    private func counter(_ row: Int, _ column: Int, _ worker: Int) -> UnsafeMutablePointer<
        Atomic<Int>
    > {
        let chunk = row / Self.rowsPerChunk
        precondition(
            UInt(bitPattern: worker) < UInt(bitPattern: workers)
                && UInt(bitPattern: column) < UInt(bitPattern: columns)
                && UInt(bitPattern: chunk) < UInt(bitPattern: chunkLimit),
            "counter outside its table"
        )
        guard let base = unsafe chunks[worker * chunkLimit + chunk] else {
            preconditionFailure("row \(row) was not reserved")
        }
        return unsafe base + (row % Self.rowsPerChunk * stride + column)
    }

    /// Adds to the worker's own copy and returns the new value.
    @inline(__always) @discardableResult
    package func add(_ amount: Int, row: Int, column: Int, worker: Int) -> Int {
        let counter = unsafe counter(row, column, worker)
        let value = unsafe counter.pointee.load(ordering: .relaxed) &+ amount
        unsafe counter.pointee.store(value, ordering: .relaxed)
        return value
    }

    /// The value of one worker's copy.
    @inline(__always)
    package func load(row: Int, column: Int, worker: Int) -> Int {
        unsafe counter(row, column, worker).pointee.load(ordering: .relaxed)
    }

    /// Replaces the value of the worker's own copy.
    @inline(__always)
    package func store(_ value: Int, row: Int, column: Int, worker: Int) {
        unsafe counter(row, column, worker).pointee.store(value, ordering: .relaxed)
    }

    /// The sum over all workers.
    @inline(__always)
    package func sum(row: Int, column: Int) -> Int {
        var total = 0
        for worker in 0..<workers { total &+= load(row: row, column: column, worker: worker) }
        return total
    }

    /// Sets a row that no worker uses to zero.
    package func clear(row: Int) {
        for worker in 0..<workers {
            for column in 0..<columns { store(0, row: row, column: column, worker: worker) }
        }
    }
}
