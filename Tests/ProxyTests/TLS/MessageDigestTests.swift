import Testing

@testable import Proxy

@Suite struct MessageDigestTests {
    struct Case: Sendable {
        let digest: MessageDigest
        let plain: String
        let keyed: String

        init(_ digest: MessageDigest, plain: String, keyed: String) {
            self.digest = digest
            self.plain = plain
            self.keyed = keyed
        }
    }

    // swift-format-ignore
    /// Of 130 digits, with a key of 140 bytes: Python's hashlib and hmac.
    static let cases: [Case] = [
            Case(
                .md5,
                plain: "a328d4ed33e094acb4f9835d4719c34c",
                keyed: "d5c0ee4a6b28066a4e97fb83b4e128f5"
            ),
            Case(
                .sha1,
                plain: "032a5a330784f785f551d399c6d72e3f5104d7de",
                keyed: "e86a74c16fb04b1a7b95e75462b2231219066c87"
            ),
            Case(
                .sha224,
                plain: "5809eb887b7a8b8e0fc79e811d393ed9719f78a353577a7328c32b4d",
                keyed: "0629e62027e3c1bf88bdc64ff7ce619b25230f1426ba497759ecc81f"
            ),
            Case(
                .sha256,
                plain: "426f26da928927a3520b61ade620dc7c69ed4d315425929fa04d9a993a22a0f3",
                keyed: "46eed14d81b9cefae91ae8a5f5775b76a515c5b1ad791982439a7d03ca0ce716"
            ),
            Case(
                .sha384,
                plain: "5921d9aaa589e78a7dbcf5b4c4a52ae62fa07aa42d03c4a1dd54dcf3cb3667fe7f1de64e9391cc9fc391d0701c05185d",
                keyed: "c01e49e0ac59c2f29c717081397dd4ca636ba37e0a239ab6c8f5925e190de75d028ae0dea61340a5120ae8e14b6e2e88"
            ),
            Case(
                .sha512,
                plain: "e112174a3d757acce780e4ea3401ba805993988b9e90804dde2f0394cdda9e424a5fc11089f9bb9f7315ac0bb341fb3023c5beab619312746c3e193866d9ddbc",
                keyed: "51ec650bedd600bcc25200206338f81d1385320660383870074c9bf47f141fa9477c6f1b63e82b435bee4836693782b59179ee314708a9d2d13e986fd6f78eea"
            ),
    ]

    private func hexadecimal(_ body: (ByteSlice, inout Arena) -> Void) -> String {
        var arena = Arena(capacity: 4096)
        defer { arena.free() }
        let message = (0..<130).map { UInt8(48 + $0 % 10) }
        message.span.withSlice { body($0, &arena) }
        let digits = Array("0123456789abcdef")
        return String(
            arena.slice(from: 0).array.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        )
    }

    @Test(arguments: cases)
    func `a digest of several blocks is what others make of it`(_ example: Case) {
        #expect(hexadecimal { example.digest.append($0, to: &$1) } == example.plain)
    }

    @Test(arguments: cases)
    func `a key that is longer than a block is hashed first`(_ example: Case) {
        let key = [UInt8](repeating: UInt8(ascii: "k"), count: 140)
        let made = hexadecimal { message, arena in
            key.span.withSlice { example.digest.append(message, keyedBy: $0, to: &arena) }
        }
        #expect(made == example.keyed)
    }

    @Test func `a short key is filled up`() {
        let key = Array("key".utf8)
        let made = hexadecimal { _, arena in
            key.span.withSlice {
                MessageDigest.sha1.append(ByteSlice("1"), keyedBy: $0, to: &arena)
            }
        }
        #expect(made == "e23feb105f9622241bf23db1638cd2b4208b1f53")
    }
}
