/// What rules keep of one transaction or session: variables, captures, the unique id, in a few bytes each.
///
/// Empty it owns no memory. Its owner, one row of a connection table, calls `clear` when the transaction ends.
package struct ValueStore: BitwiseCopyable {
    /// More than this is not kept, as with HAProxy's `tune.vars.*-max-size`.
    static let limit = 16_384
    private static let headerSize = 8

    private var queue = ByteQueue()

    package init() {}

    package var isEmpty: Bool { queue.isEmpty }

    /// Keeps a value under a key; an absent one forgets the key. False when there is no room.
    @discardableResult
    package mutating func set(_ key: Int32, to value: Sample, pool: BufferPool, arena: inout Arena)
        -> Bool
    {
        remove(key, pool: pool, arena: &arena)
        guard value.isPresent else { return true }
        let mark = arena.count
        defer { arena.release(to: mark) }
        let size = value.isText ? value.bytes.count : 16
        guard queue.count + Self.headerSize + size <= Self.limit else { return false }
        Self.append(
            UInt64(UInt32(bitPattern: key)) << 32 | UInt64(value.kind.rawValue) << 24
                | UInt64(size),
            to: &arena
        )
        if value.isText {
            arena.append(value.bytes)
        } else {
            Self.append(value.high, to: &arena)
            Self.append(value.low, to: &arena)
        }
        guard !arena.isFull else { return false }
        queue.append(arena.slice(from: mark), from: pool)
        return true
    }

    /// The value of a key, absent when none is kept; its bytes are valid until the store changes.
    package func value(of key: Int32) -> Sample {
        let bytes = queue.bytes
        var index = 0
        while let entry = Self.entry(at: index, in: bytes) {
            if entry.key == key { return Self.sample(entry, in: bytes) }
            index = entry.end
        }
        return Sample()
    }

    /// Forgets a key.
    package mutating func remove(_ key: Int32, pool: BufferPool, arena: inout Arena) {
        keep(pool: pool, arena: &arena) { $0 != key }
    }

    /// Forgets every variable of a scope.
    package mutating func removeAll(_ scope: VariableScope, pool: BufferPool, arena: inout Arena) {
        guard !queue.isEmpty else { return }
        keep(pool: pool, arena: &arena) { $0 < 0 || VariableScope(ofNumber: $0) != scope }
    }

    private mutating func keep(pool: BufferPool, arena: inout Arena, _ isKept: (Int32) -> Bool) {
        let bytes = queue.bytes
        var index = 0
        var drops = false
        while let entry = Self.entry(at: index, in: bytes) {
            if !isKept(entry.key) { drops = true }
            index = entry.end
        }
        guard drops else { return }
        let mark = arena.count
        defer { arena.release(to: mark) }
        index = 0
        while let entry = Self.entry(at: index, in: bytes) {
            if isKept(entry.key) { arena.append(bytes[index..<entry.end]) }
            index = entry.end
        }
        guard !arena.isFull else { return }
        queue.clear(to: pool)
        queue.append(arena.slice(from: mark), from: pool)
    }

    /// Forgets everything.
    @inline(__always)
    package mutating func clear(to pool: BufferPool) { queue.clear(to: pool) }

    private struct Entry {
        let key: Int32
        let kind: Sample.Kind
        let start: Int
        let end: Int
    }

    private static func entry(at index: Int, in bytes: ByteSlice) -> Entry? {
        guard index + headerSize <= bytes.count else { return nil }
        let header = word(at: index, in: bytes)
        let size = Int(header & 0xff_ffff)
        return Entry(
            key: Int32(bitPattern: UInt32(header >> 32)),
            kind: Sample.Kind(rawValue: UInt8(truncatingIfNeeded: header >> 24)) ?? .none,
            start: index + headerSize,
            end: index + headerSize + size
        )
    }

    private static func sample(_ entry: Entry, in bytes: ByteSlice) -> Sample {
        if entry.kind == .string || entry.kind == .binary {
            return Sample(bytes[entry.start..<entry.end], isBinary: entry.kind == .binary)
        }
        var sample = Sample()
        sample.kind = entry.kind
        sample.high = word(at: entry.start, in: bytes)
        sample.low = word(at: entry.start + 8, in: bytes)
        return sample
    }

    private static func word(at index: Int, in bytes: ByteSlice) -> UInt64 {
        var word: UInt64 = 0
        for offset in 0..<8 { word = word << 8 | UInt64(bytes[index + offset]) }
        return word
    }

    private static func append(_ word: UInt64, to arena: inout Arena) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            arena.append(byte: UInt8(truncatingIfNeeded: word >> shift))
        }
    }
}

/// Keys of a transaction's values that are no variables; variables count from 0 upwards.
enum KeptKey {
    static let uniqueID: Int32 = -1
    static let method: Int32 = -2
    static let uri: Int32 = -3
    static let requestVersion: Int32 = -4
    /// The client's address, when a rule changed it.
    static let source: Int32 = -7

    /// The slot of `capture request header`.
    static func requestCapture(_ slot: Int) -> Int32 { Int32(truncatingIfNeeded: -1000 - slot) }
    /// The slot of `capture response header`.
    static func responseCapture(_ slot: Int) -> Int32 { Int32(truncatingIfNeeded: -10_000 - slot) }
}
