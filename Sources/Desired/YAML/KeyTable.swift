/// Finds equal keys of one mapping in expected linear time; its storage is used again for the next mapping.
struct KeyTable {
    private var slots: [UInt32] = []
    private var mask = 0
    /// Differs in each process, so that a file cannot be written to collide.
    private let salt: UInt64

    init() {
        var seed = Hasher()
        seed.combine(0)
        salt = UInt64(bitPattern: Int64(seed.finalize()))
    }

    /// Forgets everything and makes room for `count` keys.
    mutating func begin(count: Int) {
        var size = 8
        while size < count * 2 { size *= 2 }
        mask = size - 1
        if slots.count < size {
            slots = Array(repeating: YAMLTree.none, count: size)
        } else {
            for index in 0..<size { slots[index] = YAMLTree.none }
        }
    }

    /// The key that was there before with the same text, or nil after taking the new one in.
    mutating func insert(_ key: YAMLTree.Node, in tree: YAMLTree) -> YAMLTree.Node? {
        let range = tree.range(key)
        var hash = salt
        for index in range {
            hash = (hash ^ UInt64(tree.text[index])) &* 0x9e37_79b9_7f4a_7c15 ^ (hash >> 29)
        }
        var slot = Int(truncatingIfNeeded: hash >> 20) & mask
        while slots[slot] != YAMLTree.none {
            let other = YAMLTree.Node(index: slots[slot])
            let bytes = tree.range(other)
            if bytes.count == range.count, tree.text[bytes].elementsEqual(tree.text[range]) {
                return other
            }
            slot = (slot + 1) & mask
        }
        slots[slot] = key.index
        return nil
    }
}
