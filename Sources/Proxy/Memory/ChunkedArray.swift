/// An immutable array in raw memory whose chunks are shared with the arrays it was made from.
///
/// Reads like a `RawArray`; changing one element costs one chunk and the directory, however long it is.
package struct ChunkedArray<Element: BitwiseCopyable>: BitwiseCopyable {
    /// Elements of every chunk but the last.
    static var chunkSize: Int { 256 }

    fileprivate let chunks: RawArray<RawArray<Element>>
    package let count: Int

    /// No elements, no memory.
    package static var empty: ChunkedArray { ChunkedArray(chunks: .empty, count: 0) }

    fileprivate init(chunks: RawArray<RawArray<Element>>, count: Int) {
        self.chunks = chunks
        self.count = count
    }

    /// Copies `elements` into memory of its own.
    package static func make(_ elements: some Collection<Element>) -> ChunkedArray {
        var builder = ChunkedArrayBuilder<Element>()
        for element in elements { builder.append(element) }
        var retired: [RetiredMemory] = []
        return builder.publish(retired: &retired)
    }

    /// Gives everything back; the caller proves that no reader holds this array or one that shares with it.
    package func free() {
        for index in chunks.indices { chunks[index].free() }
        chunks.free()
    }

    @inline(__always)
    package subscript(index: Int) -> Element {
        chunks[index &>> 8][index & 255]
    }

    package var isEmpty: Bool { count == 0 }
    package var indices: Range<Int> { 0..<count }
}

/// The writer's end of a `ChunkedArray`: copies the chunks that change, once for each publish.
package struct ChunkedArrayBuilder<Element: BitwiseCopyable> {
    /// What readers were given last.
    package private(set) var published = ChunkedArray<Element>.empty
    /// By number of the chunk: its new elements.
    private var changed: [Int: [Element]] = [:]
    package private(set) var count = 0

    package init() {}

    /// The element as of now, published or not.
    package subscript(index: Int) -> Element {
        get {
            precondition(index < count, "index outside a chunked array")
            return changed[index >> 8]?[index & 255] ?? published[index]
        }
        set {
            precondition(index < count, "index outside a chunked array")
            open(index >> 8)
            changed[index >> 8]?[index & 255] = newValue
        }
    }

    /// Adds an element behind the last.
    package mutating func append(_ element: Element) {
        open(count >> 8)
        changed[count >> 8]?.append(element)
        count += 1
    }

    /// Drops the elements behind the first `length`.
    package mutating func truncate(to length: Int) {
        guard length < count else { return }
        let last = length >> 8
        for chunk in (last...(count - 1) >> 8).reversed() {
            if chunk == last { open(last) }
            if chunk > last { changed[chunk] = nil }
        }
        let excess = (changed[last]?.count ?? 0) - (length & 255)
        changed[last]?.removeLast(excess)
        count = length
    }

    /// Puts elements in the place of those from `start` on.
    package mutating func replaceTail(from start: Int, with elements: [Element]) {
        truncate(to: start)
        var taken = 0
        while taken < elements.count {
            let chunk = count >> 8
            open(chunk)
            let length = min(256 - (count & 255), elements.count - taken)
            changed[chunk]?.append(contentsOf: elements[taken..<taken + length])
            taken += length
            count += length
        }
    }

    /// Copies a chunk so that it can be changed.
    private mutating func open(_ chunk: Int) {
        guard changed[chunk] == nil else { return }
        var elements: [Element] = []
        elements.reserveCapacity(ChunkedArray<Element>.chunkSize)
        if chunk < published.chunks.count {
            let old = published.chunks[chunk]
            // What was dropped since stays behind.
            for index in 0..<min(old.count, count - chunk * 256) { elements.append(old[index]) }
        }
        changed[chunk] = elements
    }

    /// The array of now; adds what it no longer shares with the last one to `retired`.
    package mutating func publish(retired: inout [RetiredMemory]) -> ChunkedArray<Element> {
        let old = published.chunks
        guard !changed.isEmpty || count != published.count else { return published }
        var dead: [RawArray<Element>] = []
        var chunks: [RawArray<Element>] = []
        let needed = (count + 255) >> 8
        chunks.reserveCapacity(needed)
        for index in 0..<needed {
            if let elements = changed[index] {
                if index < old.count { dead.append(old[index]) }
                chunks.append(.make(elements))
            } else {
                chunks.append(old[index])
            }
        }
        for index in old.indices.dropFirst(needed) { dead.append(old[index]) }
        retired.append(RetiredMemory(dead))
        retired.append(RetiredMemory(old))
        changed.removeAll(keepingCapacity: true)
        published = ChunkedArray(chunks: .make(chunks), count: count)
        return published
    }
}
