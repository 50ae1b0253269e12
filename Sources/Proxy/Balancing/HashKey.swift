/// What a hashing algorithm looks a server up by; absent when the request has nothing to hash.
///
/// HAProxy's functions (`src/hash.c`, 2.6): sdbm over the bytes, mixed by `fullHash` under `avalanche`.
package struct HashKey: BitwiseCopyable, Hashable, Sendable {
    package let value: UInt32
    /// False makes the balancer take turns instead, as HAProxy does.
    package let isPresent: Bool

    /// Nothing to hash.
    package static let none = HashKey(value: 0, isPresent: false)

    private init(value: UInt32, isPresent: Bool) {
        self.value = value
        self.isPresent = isPresent
    }

    /// A key to look up as it is.
    package init(_ value: UInt32) {
        self.init(value: value, isPresent: true)
    }

    /// HAProxy's `full_hash`: every bit of the answer depends on every bit of the argument.
    @inline(__always)
    package static func fullHash(_ value: UInt32) -> UInt32 {
        var mixed = value
        mixed = (mixed &+ 0x7ed5_5d16) &+ (mixed << 12)
        mixed = (mixed ^ 0xc761_c23c) ^ (mixed >> 19)
        mixed = (mixed &+ 0x1656_67b1) &+ (mixed << 5)
        mixed = (mixed &+ 0xd3a2_646c) ^ (mixed << 9)
        mixed = (mixed &+ 0xfd70_46c5) &+ (mixed << 3)
        mixed = (mixed ^ 0xb55a_4f09) ^ (mixed >> 16)
        return mixed &* 3_221_225_473
    }

    /// `fullHash` of sixteen numbers in a row.
    @inline(__always)
    static func fullHash(of16From first: UInt32) -> SIMD16<UInt32> {
        let step = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        var mixed = SIMD16<UInt32>(repeating: first) &+ step
        mixed = (mixed &+ 0x7ed5_5d16) &+ (mixed &<< 12)
        mixed = (mixed ^ 0xc761_c23c) ^ (mixed &>> 19)
        mixed = (mixed &+ 0x1656_67b1) &+ (mixed &<< 5)
        mixed = (mixed &+ 0xd3a2_646c) ^ (mixed &<< 9)
        mixed = (mixed &+ 0xfd70_46c5) &+ (mixed &<< 3)
        mixed = (mixed ^ 0xb55a_4f09) ^ (mixed &>> 16)
        return mixed &* 3_221_225_473
    }
}
