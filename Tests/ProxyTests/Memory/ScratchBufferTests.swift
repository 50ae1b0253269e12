import Testing

@testable import Proxy

@Suite struct ScratchBufferTests {
    private func text(_ fill: (inout ScratchBuffer) -> Void) -> String {
        var buffer = ScratchBuffer(capacity: 200)
        defer { buffer.free() }
        fill(&buffer)
        return String(decoding: buffer.bytes.array, as: UTF8.self)
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (10, "10"), (255, "255"), (1_000_000, "1000000"),
        (Int.max, "9223372036854775807"),
    ])
    func `numbers are written in decimal`(_ number: Int, _ expected: String) {
        #expect(text { $0.append(decimal: number) } == expected)
    }

    @Test(arguments: [
        (0, "0"), (9, "9"), (10, "a"), (16, "10"), (4096, "1000"), (0xdead_beef, "deadbeef"),
        (Int.max, "7fffffffffffffff"),
    ])
    func `numbers are written in hexadecimal`(_ number: Int, _ expected: String) {
        #expect(text { $0.append(hexadecimal: number) } == expected)
    }

    @Test func `what is appended stands one behind the other`() {
        let result = text { buffer in
            buffer.append("GET ")
            buffer.append(byte: 0x2f)
            Array(" HTTP".utf8).span.withSlice { buffer.append($0) }
        }
        #expect(result == "GET / HTTP")
    }

    @Test func `clearing makes room again`() {
        var buffer = ScratchBuffer(capacity: 10)
        defer { buffer.free() }
        buffer.append("0123456789")
        #expect(buffer.room == 0)
        buffer.clear()
        #expect(buffer.room == 10)
        #expect(buffer.bytes.isEmpty)
    }
}
