/// Sorts very many words by their upper 32 bits, piece by piece, so that little memory is touched.
///
/// Words are dealt out to pieces by their highest bits, then taken piece by piece in order. A piece is small enough
/// for a cache, and its memory serves what is made of the pieces before it: fresh memory costs more than sorting.
/// Keys are hash values, so pieces are about equal; one that is greater than expected gets more room. Sound because
/// a word goes only where there is room, which is checked, and the pieces are this value's alone.
@safe struct KeyPartition: ~Copyable {
    /// Where a piece begins, goes on, and where its room ends.
    @unsafe private struct Piece: BitwiseCopyable {
        var start: UnsafeMutablePointer<UInt64>?
        var next: UnsafeMutablePointer<UInt64>?
        var end: UnsafeMutablePointer<UInt64>?
    }

    private let shift: UInt64
    let pieceCount: Int
    private let pieces: UnsafeMutablePointer<Piece>

    /// 2^`bits` pieces for about `count` words.
    init(bits: Int, count: Int) {
        shift = UInt64(64 - bits)
        pieceCount = 1 << bits
        // Hash values scatter by the root of their number; an eighth more is never touched unless it is needed.
        let room = count / pieceCount * 9 / 8 + 64
        unsafe pieces = .allocate(capacity: pieceCount)
        for index in 0..<pieceCount {
            let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: room)
            unsafe (pieces + index).initialize(
                to: Piece(start: memory, next: memory, end: memory + room)
            )
        }
    }

    deinit {
        for index in 0..<pieceCount { unsafe pieces[index].start?.deallocate() }
        unsafe pieces.deallocate()
    }

    /// Takes a word; words with equal keys keep their order.
    @inline(__always)
    mutating func put(_ word: UInt64) {
        let piece = unsafe pieces + Int(word &>> shift)
        if unsafe piece.pointee.next == piece.pointee.end { unsafe makeRoom(in: piece) }
        let next = unsafe piece.pointee.next.unsafelyUnwrapped
        unsafe next.pointee = word
        unsafe piece.pointee.next = next + 1
    }

    @inline(never)
    private mutating func makeRoom(in piece: UnsafeMutablePointer<Piece>) {
        guard let old = unsafe piece.pointee.start, let end = unsafe piece.pointee.end
        else { preconditionFailure("a piece that was taken gets no more words") }
        let count = unsafe end - old
        let memory = UnsafeMutablePointer<UInt64>.allocate(capacity: count * 2)
        unsafe memory.initialize(from: old, count: count)
        unsafe old.deallocate()
        unsafe piece.pointee = Piece(
            start: memory,
            next: memory + count,
            end: memory + count * 2
        )
    }

    /// The words of one piece in order, once all were put; gives its memory back.
    ///
    /// `spare` is room to sort in, worth keeping from piece to piece.
    mutating func take(_ piece: Int, into words: inout [UInt64], spare: inout [UInt64]) {
        precondition((0..<pieceCount).contains(piece), "a piece there is")
        guard let memory = unsafe pieces[piece].start, let next = unsafe pieces[piece].next
        else { return words.removeAll() }
        let count = unsafe next - memory
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
        unsafe pieces[piece] = Piece()
    }
}
