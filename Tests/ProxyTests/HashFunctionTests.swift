import Testing

@testable import Proxy

@Suite struct HashFunctionTests {
    private func hash(_ text: String, _ function: HashFunction) -> UInt32 {
        let bytes = Array(text.utf8)
        return function.hash(bytes.span, in: bytes.indices)
    }

    @Test func `crc32 is the usual one`() { #expect(hash("123456789", .crc32) == 0xcbf4_3926) }

    @Test func `djb2 starts from 5381`() {
        #expect(hash("", .djb2) == 5381)
        #expect(hash("a", .djb2) == 5381 * 33 + 97)
    }

    @Test func `none reads a number`() {
        #expect(hash("1234x9", .none) == 1234)
        #expect(hash("-1", .none) == UInt32.max)
        #expect(hash("x", .none) == 0)
    }

    @Test(arguments: HashFunction.allCases)
    func `every function has the name the configuration gives it`(function: HashFunction) {
        #expect(HashFunction(named: "\(function)") == function)
        #expect(HashFunction(named: "md5") == nil)
    }
}
