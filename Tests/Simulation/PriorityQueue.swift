/// Gives out the smallest element first: a binary heap.
package struct PriorityQueue<Element: Comparable & Sendable>: Sendable {
    private var heap: [Element] = []

    package init() {}

    package var first: Element? { heap.first }

    package var count: Int { heap.count }

    /// Adds an element in O(log n).
    package mutating func insert(_ element: Element) {
        heap.append(element)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the smallest element out in O(log n); nil when there is none.
    @discardableResult
    package mutating func removeFirst() -> Element? {
        guard let last = heap.popLast() else { return nil }
        guard let smallest = heap.first else { return last }
        heap[0] = last
        sink()
        return smallest
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = parent * 2 + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right] < heap[left] ? right : left
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
