import Model
import Testing

/// Golden values: a change here would give every server of every fleet another identity.
@Suite struct StableHashTests {
    @Test(
        arguments: [
            ([], 0xefd0_1f60_ba99_2926), (["shop"], 0xdfc3_56d6_ebdf_ce26),
            (["shop", "shop-1"], 0x83bc_443f_8a72_aa13), (["ab", "c"], 0xe380_d1d2_5969_8919),
            (["a", "bc"], 0x8563_f6d0_e4bd_066a), (["ä"], 0xc85_e2c9_5073_96d7),
        ] as [([String], UInt64)]
    ) func `a hash never changes`(texts: [String], value: UInt64) {
        var hash = StableHash()
        for text in texts { hash.combine(text) }
        #expect(hash.value == value, "\(texts): \(hash.value)")
    }

    @Test func `several texts are told apart by where they end`() {
        #expect(StableHash.of("ab", "c") != StableHash.of("a", "bc"))
        #expect(StableHash.of("ab") != StableHash.of("ab", ""))
    }

    @Test func `every bit of the input moves about half the bits of the output`() {
        let base = StableHash.of("web-1")
        for other in ["web-2", "web-3", "wec-1", "Web-1", "web-1 "] {
            #expect((16...48).contains((base ^ StableHash.of(other)).nonzeroBitCount))
        }
    }
}
