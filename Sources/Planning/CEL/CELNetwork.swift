import Model

/// A range of addresses such as `10.0.0.0/8` (the language's network extension).
package struct CELNetwork: Hashable, Sendable, CustomStringConvertible {
    private let isIPv6: Bool
    private let bits: UInt128
    private let length: Int

    /// Nil when the text is no address with a prefix length.
    package init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/") else { return nil }
        let digits = text[text.index(after: slash)...]
        guard let (bits, isIPv6) = Self.address(String(text[..<slash])),
            (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let length = Int(digits), length <= (isIPv6 ? 128 : 32)
        else { return nil }
        self.isIPv6 = isIPv6
        self.bits = bits
        self.length = length
    }

    /// The bits of an address and whether it is one of IPv6; nil when the text is none.
    static func address(_ text: String) -> (bits: UInt128, isIPv6: Bool)? {
        if let v4 = IPv4Address(text) { return (UInt128(v4.bits), false) }
        guard let v6 = IPv6Address(text) else { return nil }
        return (UInt128(v6.high) << 64 | UInt128(v6.low), true)
    }

    /// Whether an address lies in the range; an address of the other family never does.
    func contains(_ address: (bits: UInt128, isIPv6: Bool)) -> Bool {
        guard address.isIPv6 == isIPv6 else { return false }
        let shift = (isIPv6 ? 128 : 32) - length
        return shift >= 128 || address.bits >> UInt128(shift) == bits >> UInt128(shift)
    }

    package var description: String {
        let address =
            isIPv6
            ? IPv6Address(high: UInt64(bits >> 64), low: UInt64(truncatingIfNeeded: bits))
                .description
            : IPv4Address(bits: UInt32(truncatingIfNeeded: bits)).description
        return "\(address)/\(length)"
    }
}
