/// Blocks of memory by powers of two from 512 bytes to 2 MiB, kept for use again; one thread's own.
///
/// Sound because a block is in one free list or one `ByteQueue`, never both, and free blocks hold nothing
/// but the link to the next one.
@safe package struct BufferPool: BitwiseCopyable {
    static let smallest = 512
    static let sizes = 13
    /// The first free block of each size.
    private let free: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    /// How many blocks of each size are free.
    private let freeCounts: RawTable<Int>
    /// How many blocks of each size there are, free ones included.
    private let counts: RawTable<Int>

    package init() {
        unsafe free = ZeroedMemory.allocate(Self.sizes, of: UnsafeMutableRawPointer?.self)
        freeCounts = RawTable(zeroed: Self.sizes)
        counts = RawTable(zeroed: Self.sizes)
    }

    /// Blocks of one size, in bytes: how many there are, and how many of them are free.
    func usage(sizeClass: Int) -> (size: Int, count: Int, free: Int) {
        (Self.smallest << sizeClass, counts[sizeClass], freeCounts[sizeClass])
    }

    @inline(__always)
    static func sizeClass(for length: Int) -> Int {
        length <= smallest ? 0 : Int.bitWidth - ((length - 1) / smallest).leadingZeroBitCount
    }

    @inline(__always)
    func take(sizeClass: Int) -> UnsafeMutablePointer<UInt8> {
        precondition(sizeClass < Self.sizes, "a queue grew beyond its bound")
        if let block = unsafe free[sizeClass] {
            unsafe free[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
            freeCounts[sizeClass] &-= 1
            return unsafe block.assumingMemoryBound(to: UInt8.self)
        }
        counts[sizeClass] &+= 1
        return UnsafeMutablePointer<UInt8>.allocate(capacity: Self.smallest << sizeClass)
    }

    /// Keeps at most 4 MiB of each size; the rest goes back to the allocator.
    @inline(__always)
    func give(back block: UnsafeMutablePointer<UInt8>, sizeClass: Int) {
        guard freeCounts[sizeClass] < (4 << 20) / (Self.smallest << sizeClass) else {
            unsafe block.deallocate()
            counts[sizeClass] &-= 1
            return
        }
        let raw = UnsafeMutableRawPointer(block)
        unsafe raw.storeBytes(of: free[sizeClass], as: UnsafeMutableRawPointer?.self)
        unsafe free[sizeClass] = raw
        freeCounts[sizeClass] &+= 1
    }

    /// Gives every free block back to the allocator; queues must have been emptied before.
    package func destroy() {
        for sizeClass in 0..<Self.sizes {
            while let block = unsafe free[sizeClass] {
                unsafe free[sizeClass] = block.load(as: UnsafeMutableRawPointer?.self)
                unsafe block.deallocate()
            }
        }
        unsafe ZeroedMemory.free(free)
        freeCounts.free()
        counts.free()
    }
}
