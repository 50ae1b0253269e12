/// A 64-bit hash that is the same in every process, release and machine: identities are made of it.
///
/// FNV-1a over the bytes, then MurmurHash3's finalizer so that every bit depends on every byte.
/// Changing it would replace every server of every fleet; `StableHashTests` holds golden values.
package struct StableHash: Sendable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    /// Adds one byte.
    package mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// Adds a text and a terminator, so that ("ab", "c") and ("a", "bc") differ.
    package mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0)
    }

    /// The hash of everything combined so far.
    package var value: UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 33)) &* 0xff51_afd7_ed55_8ccd
        mixed = (mixed ^ (mixed >> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return mixed ^ (mixed >> 33)
    }

    /// The hash of several texts in order.
    package static func of(_ texts: String...) -> UInt64 {
        var hash = StableHash()
        for text in texts { hash.combine(text) }
        return hash.value
    }
}
