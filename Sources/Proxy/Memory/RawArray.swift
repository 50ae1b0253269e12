/// An immutable array in raw memory: read by any thread without retain, release or lock.
///
/// Sound because the elements are bitwise copyable, are never written after `RawBlock.make` returned,
/// and live until `Published` saw every reader leave the epoch in which the array was retired.
@safe package struct RawArray<Element: BitwiseCopyable>: BitwiseCopyable, @unchecked Sendable {
    private let base: UnsafePointer<Element>?
    package let count: Int

    /// No elements, no memory.
    package static var empty: RawArray { unsafe RawArray(base: nil, count: 0) }

    fileprivate init(base: UnsafePointer<Element>?, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    /// Copies `elements` into memory of its own; whoever makes it retires it once, through `free`.
    package static func make(_ elements: some Collection<Element>) -> RawArray {
        guard !elements.isEmpty else { return empty }
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = unsafe memory.initialize(from: elements)
        return unsafe RawArray(base: UnsafePointer(memory.baseAddress), count: elements.count)
    }

    /// Elements made one by one, in memory of their own.
    @inline(__always)
    package static func make(count: Int, _ element: (Int) -> Element) -> RawArray {
        guard count > 0 else { return empty }
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: count)
        for index in 0..<count { unsafe (memory + index).initialize(to: element(index)) }
        return unsafe RawArray(base: UnsafePointer(memory), count: count)
    }

    /// Gives the memory back; the caller proves that no reader can hold the array any more.
    package func free() {
        unsafe base?.deallocate()
    }

    @inline(__always)
    package subscript(index: Int) -> Element {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index outside a raw array")
        return unsafe base.unsafelyUnwrapped[index]
    }

    /// Copies the elements behind those of a list.
    package func append(to list: inout [Element]) {
        unsafe list.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    /// Copies a stretch of the elements behind those of a list.
    package func append(_ range: Range<Int>, to list: inout [Element]) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "outside a raw array")
        guard let base = unsafe base, !range.isEmpty else { return }
        unsafe list.append(
            contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
        )
    }

    package var isEmpty: Bool { count == 0 }
    package var indices: Range<Int> { 0..<count }
}

/// Bytes in raw memory, e.g. a header's name or a map's key.
package typealias RawText = RawArray<UInt8>

extension RawArray where Element == UInt8 {
    /// The UTF-8 bytes of a text.
    package static func make(_ text: String) -> RawText { make(Array(text.utf8)) }
}

extension RawArray where Element == UInt8 {
    /// The bytes as a slice, valid as long as the array.
    @inline(__always)
    package var slice: ByteSlice { unsafe ByteSlice(base: base, count: count) }
}
