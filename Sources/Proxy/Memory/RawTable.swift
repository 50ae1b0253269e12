/// A table of fixed size in raw memory whose rows start as zeroes and never move.
///
/// Sound because every access is checked against the count, the rows are bitwise copyable and valid when
/// zero, and one thread owns the table. Pages that nobody touched cost no memory.
@safe package struct RawTable<Row: BitwiseCopyable>: BitwiseCopyable {
    private let base: UnsafeMutablePointer<Row>
    package let count: Int

    /// `count` rows of zeroes; the owner calls `free` once, or keeps the table as long as the process.
    package init(zeroed count: Int) {
        unsafe base = ZeroedMemory.allocate(count, of: Row.self)
        self.count = count
    }

    /// Gives the memory back; the caller lets go of every copy of the table.
    package func free() {
        unsafe ZeroedMemory.free(base)
    }

    @inline(__always)
    package subscript(index: Int) -> Row {
        @inline(__always)
        _read {
            precondition(
                UInt(bitPattern: index) < UInt(bitPattern: count),
                "row outside a raw table"
            )
            yield unsafe base[index]
        }
        @inline(__always)
        nonmutating _modify {
            precondition(
                UInt(bitPattern: index) < UInt(bitPattern: count),
                "row outside a raw table"
            )
            yield unsafe &base[index]
        }
    }
}
