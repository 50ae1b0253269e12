import Testing

@testable import Proxy

@Suite struct ASCIITests {
    @Test func `token characters are those of RFC 9110`() {
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        let token = Set("!#$%&'*+-.^_`|~0123456789\(letters)".utf8)
        let wrong = (UInt8.min...UInt8.max).filter { ASCII.isToken($0) != token.contains($0) }
        #expect(wrong.isEmpty)
    }

    @Test func `only letters change their case`() {
        let changed = (UInt8.min...UInt8.max).filter { ASCII.lowercased($0) != $0 }
        #expect(changed == Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8))
    }

    @Test func `hexadecimal digits have their values`() {
        #expect("09afAF".utf8.map { ASCII.hexadecimal($0) } == [0, 9, 10, 15, 10, 15])
        #expect("gG/:@`".utf8.map { ASCII.hexadecimal($0) } == [-1, -1, -1, -1, -1, -1])
    }
}
