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
        if unsafe deal(words, into: sorted, count, bits: bits) { return }
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

    private static let dealBits: UInt64 = 12
    private static let dealLimit: UInt32 = 48

    /// Deals words out by their highest bits into groups of a few, then lets each word sink to its place: two thirds of
    /// the work of three passes. False, and nothing done, when they are not scattered as hash values are.
    private static func deal(
        _ words: UnsafeMutablePointer<UInt64>,
        into sorted: UnsafeMutablePointer<UInt64>,
        _ count: Int,
        bits: UInt64
    ) -> Bool {
        guard bits > dealBits, count > 1024 else { return false }
        let shift = 32 + bits - dealBits
        var next = InlineArray<4096, UInt32>(repeating: 0)
        for index in 0..<count {
            next[Int(truncatingIfNeeded: unsafe words[index] &>> shift & 4095)] &+= 1
        }
        var sum: UInt32 = 0
        var greatest: UInt32 = 0
        for digit in 0..<4096 {
            let length = next[digit]
            greatest = max(greatest, length)
            next[digit] = sum
            sum &+= length
        }
        guard greatest <= dealLimit else { return false }
        for index in 0..<count {
            let word = unsafe words[index]
            let digit = Int(truncatingIfNeeded: word &>> shift & 4095)
            unsafe sorted[Int(next[digit])] = word
            next[digit] &+= 1
        }
        for index in 1..<count {
            let word = unsafe sorted[index]
            var place = index
            while place > 0, unsafe sorted[place - 1] &>> 32 > word &>> 32 {
                unsafe sorted[place] = unsafe sorted[place - 1]
                place -= 1
            }
            if place != index { unsafe sorted[place] = word }
        }
        return true
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
