import Testing

@testable import Proxy

@Suite struct HashFunctionsTests {
    @Test func `published values are met`() {
        let check = ByteSlice("123456789")
        #expect(HashFunctions.crc32(check) == 0xcbf4_3926)
        #expect(HashFunctions.crc32c(check) == 0xe306_9283)
        #expect(HashFunctions.xxh32(.empty, seed: 0) == 0x02cc_5d05)
        #expect(HashFunctions.xxh64(.empty, seed: 0) == 0xef46_db37_51d8_e999)
        let long = ByteSlice("0123456789012345678901234567890123456789")
        #expect(HashFunctions.xxh32(long, seed: 0) != HashFunctions.xxh32(long, seed: 1))
    }
}
