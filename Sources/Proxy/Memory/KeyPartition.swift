/// Sorts very many words by their upper 32 bits, piece by piece, so that little memory is touched.
///
/// Words are counted first, then dealt out to pieces by their highest bits, then taken piece by piece in order. A
/// piece is small enough for a cache, and its memory serves what is made of the pieces before it: fresh memory
/// costs more than sorting. Sound because a word goes only where the count made room, which is checked.
@safe struct KeyPartition: ~Copyable {
    private let shift: UInt64
    /// Where each piece goes on; before `makeRoom` how many words it has.
    private var next: [Int]
    private var ends: [Int] = []
    private var pieces: [UnsafeMutablePointer<UInt64>?] = unsafe []

    /// 2^`bits` pieces.
    init(bits: Int) {
        shift = UInt64(64 - bits)
        next = Array(repeating: 0, count: 1 << bits)
    }

    deinit {
        for index in ends.indices { unsafe pieces[index]?.deallocate() }
    }

    var pieceCount: Int { next.count }

    /// Says that a word will come.
    @inline(__always)
    mutating func count(_ word: UInt64) { next[Int(word &>> shift)] &+= 1 }

    /// Every word was counted.
    mutating func makeRoom() {
        ends = next
        for index in next.indices {
            unsafe pieces.append(ends[index] == 0 ? nil : .allocate(capacity: ends[index]))
            next[index] = 0
        }
    }

    /// Takes a word that was counted; words with equal keys keep their order.
    @inline(__always)
    mutating func put(_ word: UInt64) {
        let piece = Int(word &>> shift)
        let place = next[piece]
        precondition(place < ends[piece], "every word was counted")
        unsafe pieces[piece].unsafelyUnwrapped[place] = word
        next[piece] = place &+ 1
    }

    /// The words of one piece in order, once all were put; gives its memory back.
    ///
    /// `spare` is room to sort in, worth keeping from piece to piece.
    mutating func take(_ piece: Int, into words: inout [UInt64], spare: inout [UInt64]) {
        let count = ends[piece]
        precondition(next[piece] == count, "every counted word was put")
        guard let memory = unsafe pieces[piece] else { return words.removeAll() }
        for _ in words.count..<max(words.count, count) { words.append(0) }
        for _ in spare.count..<max(spare.count, count) { spare.append(0) }
        words.removeLast(words.count - count)
        unsafe words.withUnsafeMutableBufferPointer { words in
            unsafe spare.withUnsafeMutableBufferPointer { spare in
                guard let first = words.baseAddress, let second = spare.baseAddress
                else { return }
                unsafe KeySort.sort(memory, into: first, by: second, count, bits: shift - 32)
            }
        }
        unsafe memory.deallocate()
        unsafe pieces[piece] = nil
    }
}
