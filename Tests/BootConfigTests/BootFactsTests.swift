import BootConfig
import Testing

@Suite struct BootFactsTests {
    @Test func `a feature this build lacks is not claimed`() {
        let facts = BootFacts()
        #expect(facts.features.isDisjoint(with: ["LUA", "QUIC", "ZLIB", "SLZ"]))
    }
}
