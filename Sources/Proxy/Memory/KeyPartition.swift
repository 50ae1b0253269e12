/// Sorts very many words by their upper 32 bits, piece by piece, so that little memory is touched.
///
/// Words are dealt out to pieces by their highest bits, then taken piece by piece in order. A piece is small enough
/// for a cache, and its memory serves what is made of the pieces before it: fresh memory costs more than sorting.
/// Keys are hash values, so pieces are about equal; one that is greater than expected gets more room. Sound because
/// a word goes only where there is room, which is checked.
@safe struct KeyPartition: ~Copyable {
    private let shift: UInt64
    /// Where each piece goes on, and where its room ends.
    private var next: [Int]
    private var ends: [Int]
    private var pieces: [UnsafeMutablePointer<UInt64>?] = unsafe []

    /// 2^`bits` pieces for about `count` words.
    init(bits: Int, count: Int) {
        shift = UInt64(64 - bits)
        next = Array(repeating: 0, count: 1 << bits)
        // Hash values scatter by the root of their number; an eighth more is never touched unless it is needed.
        let room = count / next.count * 9 / 8 + 64
        ends = Array(repeating: room, count: next.count)
        for _ in next.indices { unsafe pieces.append(.allocate(capacity: room)) }
    }

    deinit {
        for index in ends.indices { unsafe pieces[index]?.deallocate() }
    }

    var pieceCount: Int { next.count }

    /// Takes a word; words with equal keys keep their order.
    @inline(__always)
    mutating func put(_ word: UInt64) {
        let piece = Int(word &>> shift)
        let place = next[piece]
        if place == ends[piece] { makeRoom(in: piece) }
        unsafe pieces[piece].unsafelyUnwrapped[place] = word
        next[piece] = place &+ 1
    }

    @inline(never)
    private mutating func makeRoom(in piece: Int) {
        let (old, count) = unsafe (pieces[piece].unsafelyUnwrapped, ends[piece])
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count * 2)
        unsafe memory.initialize(from: old, count: count)
        unsafe old.deallocate()
        unsafe pieces[piece] = memory
        ends[piece] = count * 2
    }

    /// The words of one piece in order, once all were put; gives its memory back.
    ///
    /// `spare` is room to sort in, worth keeping from piece to piece.
    mutating func take(_ piece: Int, into words: inout [UInt64], spare: inout [UInt64]) {
        let count = next[piece]
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
