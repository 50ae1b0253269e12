import Glibc

/// Bytes that wait: for a socket that would not take them, or for the rest of a message.
///
/// Empty it owns no memory. Sound because its block belongs to it alone from `append` to `removeFirst` of the
/// last byte or `clear`; copies of the handle are not kept by its owner, one row of a connection table.
@safe package struct ByteQueue: BitwiseCopyable {
    private var block: UnsafeMutablePointer<UInt8>? = nil
    private var start: Int32 = 0
    private var length: Int32 = 0
    private var sizeClass: Int32 = 0

    package init() {}

    @inline(__always) package var count: Int { Int(length) }
    @inline(__always) package var isEmpty: Bool { length == 0 }

    /// The waiting bytes, valid until the queue changes.
    @inline(__always)
    package var bytes: ByteSlice {
        guard let block = unsafe block else { return .empty }
        return unsafe ByteSlice(base: block + Int(start), count: Int(length))
    }

    /// Copies the bytes behind those that wait.
    @inline(__always)
    package mutating func append(_ slice: ByteSlice, from pool: BufferPool) {
        guard slice.count > 0, let source = unsafe slice.base else { return }
        reserve(slice.count, from: pool)
        guard let block = unsafe block else { return }
        unsafe memcpy(block + Int(start + length), source, slice.count)
        length &+= Int32(slice.count)
    }

    /// Makes room for `extra` more bytes behind the waiting ones.
    package mutating func reserve(_ extra: Int, from pool: BufferPool) {
        let capacity = unsafe block == nil ? 0 : BufferPool.smallest << Int(sizeClass)
        if Int(start + length) + extra <= capacity { return }
        if let block = unsafe block, Int(length) + extra <= capacity {
            unsafe memmove(block, block + Int(start), Int(length))
            start = 0
            return
        }
        let wanted = BufferPool.sizeClass(for: Int(length) + extra)
        let larger = unsafe pool.take(sizeClass: wanted)
        if let block = unsafe block {
            unsafe memcpy(larger, block + Int(start), Int(length))
            unsafe pool.give(back: block, sizeClass: Int(sizeClass))
        }
        unsafe block = larger
        start = 0
        sizeClass = Int32(wanted)
    }

    /// Lets go of the first `length` bytes.
    @inline(__always)
    package mutating func removeFirst(_ count: Int, to pool: BufferPool) {
        precondition(count >= 0 && count <= Int(length), "more bytes than wait")
        start &+= Int32(count)
        length &-= Int32(count)
        if length == 0 { clear(to: pool) }
    }

    /// Lets go of everything.
    @inline(__always)
    package mutating func clear(to pool: BufferPool) {
        if let block = unsafe block { unsafe pool.give(back: block, sizeClass: Int(sizeClass)) }
        unsafe block = nil
        start = 0
        length = 0
    }

    /// Receives from `descriptor` behind the waiting bytes, at most `limit` bytes.
    package mutating func receive(from descriptor: Descriptor, limit: Int, pool: BufferPool)
        -> Transfer
    {
        reserve(limit, from: pool)
        guard let block = unsafe block else { return .wouldBlock }
        let result = unsafe descriptor.receive(into: block + Int(start + length), capacity: limit)
        if case .bytes(let received) = result {
            length &+= Int32(received)
        } else if length == 0 {
            clear(to: pool)
        }
        return result
    }
}
