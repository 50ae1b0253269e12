import Glibc

/// Scratch memory of one evaluation: results of converters are put one behind the other until `reset`.
///
/// Never traps: what does not fit sets `isFull`, and the evaluation counts as without result, as HAProxy
/// does when its trash buffer is too small. Sound because every write is checked against the capacity and
/// one thread owns the memory.
@safe package struct Arena: BitwiseCopyable {
    private let base: UnsafeMutablePointer<UInt8>
    package let capacity: Int
    /// How many bytes are in use.
    package private(set) var count = 0
    /// Something did not fit since the last `reset`.
    package private(set) var isFull = false

    /// The owner calls `free` once, or keeps the arena as long as the process.
    package init(capacity: Int) {
        unsafe base = ZeroedMemory.allocate(capacity, of: UInt8.self)
        self.capacity = capacity
    }

    /// Gives the memory back; the owner lets go of every copy.
    package func free() { unsafe ZeroedMemory.free(base) }

    /// Forgets everything.
    @inline(__always)
    package mutating func reset() {
        count = 0
        isFull = false
    }

    /// Forgets what was put behind `mark`, an earlier `count`.
    @inline(__always)
    package mutating func release(to mark: Int) { count = min(count, mark) }

    /// What was put since `mark`, an earlier `count`.
    @inline(__always)
    package func slice(from mark: Int) -> ByteSlice {
        precondition(mark >= 0 && mark <= count, "a mark outside an arena")
        return unsafe ByteSlice(base: base + mark, count: count - mark)
    }

    /// Puts one byte behind the others.
    @inline(__always)
    package mutating func append(byte: UInt8) {
        guard count < capacity else {
            isFull = true
            return
        }
        unsafe base[count] = byte
        count &+= 1
    }

    /// Puts a copy of bytes behind the others; they may lie in this arena.
    @inline(__always)
    package mutating func append(_ slice: ByteSlice) {
        guard slice.count > 0, let source = unsafe slice.base else { return }
        guard slice.count <= capacity - count else {
            isFull = true
            return
        }
        unsafe memmove(base + count, source, slice.count)
        count &+= slice.count
    }

    /// Puts a literal behind the others.
    package mutating func append(_ text: StaticString) { append(ByteSlice(text)) }

    /// Puts a number in decimal behind the others.
    package mutating func append(decimal number: Int64) {
        if number < 0 { append(byte: UInt8(ascii: "-")) }
        let magnitude = number.magnitude
        var divisor: UInt64 = 1
        while magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(byte: UInt8(48 + magnitude / divisor % 10))
            divisor /= 10
        }
    }

    /// Puts a number of exactly `digits` decimal digits behind the others.
    package mutating func append(decimal number: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<max(1, digits) { divisor *= 10 }
        while divisor > 0 {
            append(byte: UInt8(48 + number / divisor % 10))
            divisor /= 10
        }
    }

    /// Puts the two hexadecimal digits of a byte behind the others.
    @inline(__always)
    package mutating func append(hexadecimal byte: UInt8, isUpper: Bool) {
        let letter: UInt8 = isUpper ? 55 : 87
        append(byte: (byte >> 4) + (byte >> 4 < 10 ? 48 : letter))
        append(byte: (byte & 15) + (byte & 15 < 10 ? 48 : letter))
    }
}
