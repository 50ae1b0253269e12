import Model
import Simulation
import Testing

@testable import Proxy

@Suite struct ProxyProtocolTests {
    private func describe(_ bytes: [UInt8]) -> String {
        switch ProxyProtocol.parse(bytes.span) {
        case .incomplete: return "incomplete"
        case .rejected: return "rejected"
        case .complete(let header):
            return "\(header.source) \(header.destination) \(header.byteCount)"
        }
    }

    private func describe(_ text: String) -> String { describe(Array(text.utf8)) }

    static let lines: [(String, String)] = [
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 443\r\n", "1.2.3.4:80 5.6.7.8:443 35"),
        ("PROXY TCP6 ::1 2001:db8::2 1 2\r\nGET", "[::1]:1 [2001:db8::2]:2 32"),
        ("PROXY UNKNOWN\r\n", "- - 15"),
        ("PROXY UNKNOWN whatever this is\r\nx", "- - 32"),
        ("PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "0.0.0.0 255.255.255.255:65535 44"),
        ("", "incomplete"), ("P", "incomplete"), ("PROXY TCP4 1.2.3.4", "incomplete"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 443\r", "incomplete"),
        ("GET / HTTP/1.1\r\n", "rejected"), ("PROXX ", "rejected"), ("proxy TCP4 ", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 443\n", "incomplete"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 443\rx", "rejected"),
        ("PROXY  TCP4 1.2.3.4 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 443 \r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 443 9\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4\t5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 01.2.3.4 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.256 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4.5 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3. 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP4 ::1 ::2 80 443\r\n", "rejected"),
        ("PROXY TCP6 1.2.3.4 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY TCP6 ::1 1.2.3.4 80 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 65536\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 080 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 -1 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 +1 443\r\n", "rejected"),
        ("PROXY TCP4 1.2.3.4 5.6.7.8 80 4x3\r\n", "rejected"),
        ("PROXY UDP4 1.2.3.4 5.6.7.8 80 443\r\n", "rejected"),
        ("PROXY unknown\r\n", "rejected"), ("PROXY \r\n", "rejected"), ("PROXY\r\n", "rejected"),
        ("PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n", "- - 107"),
        ("PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n", "rejected"),
        ("PROXY UNKNOWN " + String(repeating: "x", count: 200), "rejected"),
    ]

    @Test(arguments: lines) func `a line is read exactly or refused`(
        _ text: String,
        _ expected: String
    ) {
        #expect(describe(text) == expected)
    }

    static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]
    static let addresses: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0, 80, 1, 187]

    static func block(_ command: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil)
        -> [UInt8]
    {
        let length = length ?? rest.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + rest
    }

    static let blocks: [([UInt8], String)] = [
        (block(0x21, 0x11, addresses), "1.2.3.4:80 5.6.7.8:443 28"),
        (block(0x20, 0x00, []), "- - 16"), (block(0x20, 0x11, addresses), "- - 28"),
        (block(0x21, 0x00, []), "- - 16"), (block(0x21, 0x12, addresses), "- - 28"),
        (block(0x21, 0x31, [UInt8](repeating: 0, count: 216)), "- - 232"),
        (
            block(
                0x21,
                0x21,
                [UInt8](repeating: 0, count: 15) + [1] + [UInt8](repeating: 0, count: 20)
            ),
            "[::1] [::] 52"
        ),
        // Extensions: an unknown one, an empty one, padding.
        (block(0x21, 0x11, addresses + [0xe0, 0, 2, 9, 9, 4, 0, 0]), "1.2.3.4:80 5.6.7.8:443 36"),
        // A right and a wrong checksum.
        (
            block(0x21, 0x11, addresses + [3, 0, 4, 0, 0, 0, 0]),
            "rejected"
        ),
        (block(0x21, 0x11, Array(addresses.dropLast())), "rejected"),
        (block(0x21, 0x21, addresses), "rejected"), (block(0x21, 0x31, addresses), "rejected"),
        (block(0x22, 0x11, addresses), "rejected"), (block(0x11, 0x11, addresses), "rejected"),
        (block(0x31, 0x11, addresses), "rejected"),
        (block(0x21, 0x11, addresses + [1]), "rejected"),
        (block(0x21, 0x11, addresses + [1, 0]), "rejected"),
        (block(0x21, 0x11, addresses + [1, 0, 1]), "rejected"),
        (block(0x21, 0x11, addresses + [1, 255, 255, 0]), "rejected"),
        (block(0x21, 0x11, addresses + [3, 0, 3, 0, 0, 0]), "rejected"),
        (block(0x21, 0x11, addresses, length: 5000), "rejected"),
        (block(0x21, 0x11, addresses, length: 40), "incomplete"),
        (signature, "incomplete"), (signature + [0x21], "incomplete"), ([13, 10], "incomplete"),
        ([13, 10, 13, 10, 1], "rejected"), ([13, 13], "rejected"),
    ]

    @Test(arguments: blocks) func `a block is read exactly or refused`(
        _ bytes: [UInt8],
        _ expected: String
    ) {
        #expect(describe(bytes) == expected)
    }

    @Test func `a checksum that is right is accepted`() {
        var bytes = Self.block(0x21, 0x11, Self.addresses + [3, 0, 4, 0, 0, 0, 0])
        let crc = Self.crc32c(bytes)
        for index in 0..<4 { bytes[31 + index] = UInt8(crc >> UInt32(24 - 8 * index) & 255) }
        #expect(describe(bytes) == "1.2.3.4:80 5.6.7.8:443 35")
        bytes[16] ^= 1
        #expect(describe(bytes) == "rejected")
        // The check value of the algorithm itself.
        #expect(Self.crc32c(Array("123456789".utf8)) == 0xe306_9283)
    }

    /// By table, unlike the parser's.
    private static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        var table: [UInt32] = []
        for start in UInt32(0)..<256 {
            var entry = start
            for _ in 0..<8 {
                let isOdd = entry & 1 == 1
                entry >>= 1
                if isOdd { entry ^= 0x82f6_3b78 }
            }
            table.append(entry)
        }
        var crc = UInt32.max
        for byte in bytes {
            let index = Int((crc ^ UInt32(byte)) & 255)
            crc = table[index] ^ (crc >> 8)
        }
        return ~crc
    }

    @Test func `what is written is read back, however it is cut`() {
        var output = ScratchBuffer(capacity: 512)
        defer { output.free() }
        var random = SeededGenerator(seed: 7)
        for round in 0..<200 {
            var source = SocketAddress(ipv4: random.next(), port: random.next())
            var destination = SocketAddress(ipv4: random.next(), port: random.next())
            if round % 2 == 1 {
                source.family = .ipv6
                (source.high, source.low) = (random.next(), random.next() & random.next())
                destination.family = .ipv6
                (destination.high, destination.low) = (random.next() & 0xffff, random.next())
            }
            for isBlock in [false, true] {
                output.clear()
                if isBlock {
                    ProxyProtocol.writeBlock(from: source, to: destination, into: &output)
                } else {
                    ProxyProtocol.writeLine(from: source, to: destination, into: &output)
                }
                let bytes = output.bytes.array
                #expect(describe(bytes) == "\(source) \(destination) \(bytes.count)")
                for end in 0..<bytes.count {
                    #expect(describe(Array(bytes[..<end])) == "incomplete")
                }
            }
        }
    }

    @Test func `addresses that do not go together are not told`() {
        var output = ScratchBuffer(capacity: 512)
        defer { output.free() }
        var other = SocketAddress()
        other.family = .unix
        ProxyProtocol.writeLine(from: other, to: other, into: &output)
        #expect(String(decoding: output.bytes.array, as: UTF8.self) == "PROXY UNKNOWN\r\n")
        output.clear()
        ProxyProtocol.writeBlock(from: SocketAddress(ipv4: 1, port: 2), to: other, into: &output)
        #expect(describe(output.bytes.array) == "- - 16")
    }

    @Test func `no bytes whatever crash the parser`() {
        var random = SeededGenerator(seed: 11)
        for round in 0..<20_000 {
            var bytes =
                round % 3 == 0
                ? Array("PROXY TCP4 1.2.3.4 5.6.7.8 80 443\r\n".utf8)
                : round % 3 == 1
                    ? Self.block(0x21, 0x11, Self.addresses + [0xe0, 0, 2, 9, 9])
                    : [UInt8](repeating: 0, count: 40)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
            if case .complete(let header) = ProxyProtocol.parse(bytes.span) {
                #expect(header.byteCount <= bytes.count)
            }
        }
    }
}
