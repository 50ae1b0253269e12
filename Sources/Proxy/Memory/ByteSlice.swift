import Glibc

/// A stretch of bytes in someone's buffer: valid until that buffer is filled again or given back.
///
/// Sound because every access is checked against the count, and because workers hold a slice only while
/// they handle the one event for which the bytes were received.
@safe package struct ByteSlice: BitwiseCopyable {
    @usableFromInline let base: UnsafePointer<UInt8>?
    package let count: Int

    @inlinable @inline(__always)
    init(base: UnsafePointer<UInt8>?, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// No bytes.
    @inline(__always) package static var empty: ByteSlice { unsafe ByteSlice(base: nil, count: 0) }
    @inline(__always) package var isEmpty: Bool { count == 0 }

    @inlinable @inline(__always)
    package subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "byte outside a slice")
        return unsafe base.unsafelyUnwrapped[index]
    }

    @inline(__always)
    package subscript(range: Range<Int>) -> ByteSlice {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside a slice")
        guard !range.isEmpty, let base = unsafe base else { return .empty }
        return unsafe ByteSlice(base: base + range.lowerBound, count: range.count)
    }

    /// All but the first `length` bytes.
    @inline(__always)
    package func dropFirst(_ length: Int) -> ByteSlice { self[length..<count] }

    /// The first `length` bytes.
    @inline(__always)
    package func prefix(_ length: Int) -> ByteSlice { self[0..<length] }

    /// Lends the bytes as a span.
    @inline(__always)
    package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeBufferPointer(start: base, count: count)
        return try unsafe body(buffer.span)
    }

    /// A copy, for what is not on the request path.
    package var array: [UInt8] { unsafe Array(UnsafeBufferPointer(start: base, count: count)) }
}

extension Span where Element == UInt8 {
    /// Lends the span as a slice; the slice must not outlive the call.
    @inline(__always)
    package func withSlice<Result>(_ body: (ByteSlice) -> Result) -> Result {
        unsafe withUnsafeBufferPointer { buffer in
            unsafe body(ByteSlice(base: buffer.baseAddress, count: buffer.count))
        }
    }
}

extension ByteSlice {
    /// Whether a byte occurs.
    package func contains(_ byte: UInt8) -> Bool {
        for index in 0..<count where self[index] == byte { return true }
        return false
    }
}

extension ByteSlice {
    /// Whether the bytes are those of a text.
    @inline(__always)
    package func isEqual(to text: RawText) -> Bool {
        guard count == text.count else { return false }
        for index in 0..<count where self[index] != text[index] { return false }
        return true
    }
}

extension ByteSlice {
    /// The bytes of a literal, which live as long as the process.
    @inline(__always)
    package init(_ text: StaticString) {
        unsafe self.init(base: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// Whether the bytes are those of another slice, byte for byte.
    @inline(__always)
    package func isEqual(to other: ByteSlice) -> Bool {
        guard count == other.count else { return false }
        guard count > 0, let base = unsafe base, let start = unsafe other.base else { return true }
        return unsafe memcmp(base, start, count) == 0
    }

    /// The same whatever the case of ASCII letters.
    @inline(__always)
    package func isEqualIgnoringCase(to other: ByteSlice) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count
        where ASCII.lowercased(self[index]) != ASCII.lowercased(other[index]) { return false }
        return true
    }

    /// The place of the first such byte at or behind `start`, or nil.
    @inline(__always)
    package func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        var index = start
        while index < count {
            if self[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    /// Without spaces and tabs at either end.
    package var trimmed: ByteSlice {
        var (start, end) = (0, count)
        while start < end, self[start] == 32 || self[start] == 9 { start += 1 }
        while end > start, self[end - 1] == 32 || self[end - 1] == 9 { end -= 1 }
        return self[start..<end]
    }

    /// The bytes as text, for what is not on the request path.
    package var text: String { String(decoding: array, as: UTF8.self) }
}
