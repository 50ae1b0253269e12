import Glibc

/// A worker's buffer of fixed size, filled anew for every message.
///
/// Sound because every write is checked against the capacity and one thread owns the buffer.
@safe package struct ScratchBuffer: BitwiseCopyable {
    let base: UnsafeMutablePointer<UInt8>
    package let capacity: Int
    /// How many bytes are filled.
    package private(set) var count = 0

    /// The owner calls `free` once, or keeps the buffer as long as the process.
    package init(capacity: Int) {
        unsafe base = ZeroedMemory.allocate(capacity, of: UInt8.self)
        self.capacity = capacity
    }

    /// Gives the memory back; the owner lets go of every copy.
    package func free() { unsafe ZeroedMemory.free(base) }

    @inline(__always) package var room: Int { capacity - count }
    /// Forgets what was filled.
    @inline(__always) package mutating func clear() { count = 0 }

    /// What has been filled.
    @inline(__always) package var bytes: ByteSlice { unsafe ByteSlice(base: base, count: count) }

    /// Takes note of bytes that were received behind the filled ones.
    @inline(__always)
    mutating func grow(by length: Int) {
        precondition(length >= 0 && length <= room, "scratch buffer overflow")
        count &+= length
    }

    /// Appends a copy of the bytes; traps when there is no room.
    @inline(__always)
    package mutating func append(_ slice: ByteSlice) {
        guard slice.count > 0, let source = unsafe slice.base else { return }
        precondition(slice.count <= room, "scratch buffer overflow")
        unsafe memcpy(base + count, source, slice.count)
        count &+= slice.count
    }

    /// Appends a literal.
    @inline(__always)
    package mutating func append(_ text: StaticString) {
        precondition(text.utf8CodeUnitCount <= room, "scratch buffer overflow")
        unsafe memcpy(base + count, text.utf8Start, text.utf8CodeUnitCount)
        count &+= text.utf8CodeUnitCount
    }

    /// Appends a text of the configuration.
    package mutating func append(_ text: RawText) {
        for index in text.indices { append(byte: text[index]) }
    }

    /// Appends one byte.
    @inline(__always)
    package mutating func append(byte: UInt8) {
        precondition(room > 0, "scratch buffer overflow")
        unsafe base[count] = byte
        count &+= 1
    }

    /// Appends a number in decimal.
    package mutating func append(decimal number: Int) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(byte: UInt8(48 + number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends a number in hexadecimal without leading zeroes.
    package mutating func append(hexadecimal number: Int) {
        var shift = number == 0 ? 0 : (63 - number.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: number >> shift & 15)
            append(byte: digit < 10 ? 48 + digit : 87 + digit)
            shift -= 4
        }
    }
}
