/// A number that tells states apart: FNV-1a over 64 bits, mixed at the end so that sums of it do, too.
///
/// Not for secrets: whoever wants two states with one digest can make them.
struct StateHash {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init() {}

    /// Adds a text and the fact that it ends here.
    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xff as UInt8)
    }

    /// Adds a number.
    mutating func combine(_ number: some FixedWidthInteger) {
        let bits = UInt64(truncatingIfNeeded: number)
        for shift in stride(from: 0, to: 64, by: 8) as StrideTo<UInt64> {
            combine(UInt8(truncatingIfNeeded: bits >> shift))
        }
    }

    @inline(__always)
    private mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    /// `splitmix64` of what was added.
    var value: UInt64 {
        var mixed = state &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
