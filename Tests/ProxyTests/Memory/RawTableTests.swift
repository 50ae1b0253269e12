import Testing

@testable import Proxy

@Suite struct RawTableTests {
    @Test func `rows start as zeroes and keep what is written`() {
        let table = RawTable<UInt64>(zeroed: 1000)
        defer { table.free() }
        #expect((0..<1000).allSatisfy { table[$0] == 0 })
        table[999] = 7
        table[999] += 1
        #expect(table[999] == 8)
        #expect(table[998] == 0)
    }
}
