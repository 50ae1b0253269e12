/// Scans of header bytes, eight at a time where that pays; every load lies inside the span.
extension Span where Element == UInt8 {
    /// The first byte at or behind `start` that is a control character other than TAB, or DEL; `count` if none.
    @inline(__always)
    package func firstControl(from start: Int) -> Int {
        unsafe withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            let raw = unsafe UnsafeRawPointer(base)
            var index = start
            while index &+ 8 <= buffer.count {
                let word = unsafe raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let low = (word &- 0x2020_2020_2020_2020) & ~word
                let delete = word ^ 0x7f7f_7f7f_7f7f_7f7f
                let high = (delete &- 0x0101_0101_0101_0101) & ~delete
                let found = (low | high) & 0x8080_8080_8080_8080
                if found == 0 {
                    index &+= 8
                    continue
                }
                index &+= found.trailingZeroBitCount &>> 3
                if unsafe base[index] != 9, unsafe base[index] < 32 || base[index] == 127 {
                    return index
                }
                // A TAB, or a byte flagged by the borrow of one before it.
                index &+= 1
            }
            while index < buffer.count {
                let byte = unsafe base[index]
                if byte < 32 && byte != 9 || byte == 127 { return index }
                index &+= 1
            }
            return index
        }
    }

    /// The first byte at or behind `start` that is not a token character (RFC 9110 §5.6.2); `count` if none.
    @inline(__always)
    package func endOfToken(from start: Int) -> Int {
        var index = start
        while index < count, ASCII.isToken(self[index]) { index &+= 1 }
        return index
    }

    /// The first byte at or behind `start` outside 0x21...0x7e; `count` if none.
    @inline(__always)
    package func endOfVisible(from start: Int) -> Int {
        var index = start
        while index < count, self[index] &- 0x21 < 0x5e { index &+= 1 }
        return index
    }

    /// Whether the bytes from `start` are `text`, which is in lower case, whatever their case.
    @inline(__always)
    package func matches(_ text: StaticString, at start: Int, count length: Int) -> Bool {
        guard length == text.utf8CodeUnitCount, start >= 0, start &+ length <= count else {
            return false
        }
        var index = 0
        while index < length {
            if ASCII.lowercased(self[start &+ index]) != (unsafe text.utf8Start[index]) {
                return false
            }
            index &+= 1
        }
        return true
    }

    /// Whether the bytes at `start`, as far as they have come, are those of `text`.
    @inline(__always)
    package func canBecome(_ text: StaticString, at start: Int) -> Bool {
        let length = Swift.min(text.utf8CodeUnitCount, count &- start)
        var index = 0
        while index < length {
            if self[start &+ index] != (unsafe text.utf8Start[index]) { return false }
            index &+= 1
        }
        return true
    }

    /// Whether two stretches of the same length are equal whatever their case.
    package func matches(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<left.count
        where ASCII.lowercased(self[left.lowerBound + offset])
            != ASCII.lowercased(self[right.lowerBound + offset])
        {
            return false
        }
        return true
    }
}
