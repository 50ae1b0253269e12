/// Character classes without tables in memory, which would be set up behind a `once`.
package enum ASCII {
    /// Upper-case letters become lower-case ones.
    @inline(__always)
    package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 65 < 26 ? byte | 0x20 : byte
    }

    /// 0 to 9.
    @inline(__always)
    package static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }

    /// Letters, digits and ``!#$%&'*+-.^_`|~``: bit by bit over the 128 codes.
    @inline(__always)
    package static func isToken(_ byte: UInt8) -> Bool {
        let low: UInt64 = 0x03ff_6cfa_0000_0000
        let high: UInt64 = 0x57ff_ffff_c7ff_fffe
        let word = byte < 64 ? low : byte < 128 ? high : 0
        return word &>> UInt64(byte & 63) & 1 != 0
    }

    /// The value of a hexadecimal digit, or -1.
    @inline(__always)
    package static func hexadecimal(_ byte: UInt8) -> Int {
        if isDigit(byte) { return Int(byte) &- 48 }
        let letter = byte | 0x20
        return letter &- 97 < 6 ? Int(letter) &- 87 : -1
    }
}
