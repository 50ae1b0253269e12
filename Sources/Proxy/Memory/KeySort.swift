/// Sorts words by their upper 32 bits, in a time that is a few nanoseconds a word however many there are.
///
/// Counting passes over a byte each; long lists are first dealt out by the highest byte, so that the passes
/// stay within a cache. Sound because every index is a sum of counts of the words themselves.
enum KeySort {
    private static let shortLength = 8192

    /// Words with equal keys keep their order.
    static func sort(_ words: inout [UInt64]) {
        guard words.count > 1 else { return }
        var spare = [UInt64](repeating: 0, count: words.count)
        unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe spare.withUnsafeMutableBufferPointer { spare in
                guard let first = words.baseAddress, let second = spare.baseAddress
                else { return }
                unsafe sort(first, second, words.count)
            }
        }
    }

    private static func sort(
        _ words: UnsafeMutablePointer<UInt64>,
        _ spare: UnsafeMutablePointer<UInt64>,
        _ count: Int
    ) {
        guard count > shortLength else {
            unsafe pass(from: words, to: spare, count, shift: 32)
            unsafe pass(from: spare, to: words, count, shift: 40)
            unsafe pass(from: words, to: spare, count, shift: 48)
            unsafe pass(from: spare, to: words, count, shift: 56)
            return
        }
        let starts = unsafe pass(from: words, to: spare, count, shift: 56)
        for digit in 0..<256 {
            let start = starts[digit]
            let length = (digit < 255 ? starts[digit + 1] : count) - start
            let (part, other) = unsafe (spare + start, words + start)
            unsafe pass(from: part, to: other, length, shift: 32)
            unsafe pass(from: other, to: part, length, shift: 40)
            unsafe pass(from: part, to: other, length, shift: 48)
        }
    }

    /// Orders words that differ in the lowest `bits` of their upper half alone.
    static func sort(
        _ words: UnsafeMutablePointer<UInt64>,
        into sorted: UnsafeMutablePointer<UInt64>,
        by spare: UnsafeMutablePointer<UInt64>,
        _ count: Int,
        bits: UInt64
    ) {
        let passes = (bits + 7) / 8
        var source = unsafe words
        for number in 0..<passes {
            // The last pass has to end where the words are wanted.
            let isOddFromEnd = (passes - number) & 1 == 1
            let target = unsafe isOddFromEnd ? sorted : spare
            unsafe pass(from: source, to: target, count, shift: 32 + number * 8)
            unsafe source = target
        }
    }

    /// Orders by one byte and returns where the words with each value of it begin.
    @discardableResult
    private static func pass(
        from source: UnsafeMutablePointer<UInt64>,
        to target: UnsafeMutablePointer<UInt64>,
        _ count: Int,
        shift: UInt64
    ) -> InlineArray<256, Int> {
        var starts = InlineArray<256, Int>(repeating: 0)
        for index in 0..<count {
            starts[Int(truncatingIfNeeded: unsafe source[index] &>> shift & 255)] &+= 1
        }
        var sum = 0
        for digit in 0..<256 {
            let length = starts[digit]
            starts[digit] = sum
            sum &+= length
        }
        var next = starts
        for index in 0..<count {
            let word = unsafe source[index]
            let digit = Int(truncatingIfNeeded: word &>> shift & 255)
            unsafe target[next[digit]] = word
            next[digit] &+= 1
        }
        return starts
    }
}
