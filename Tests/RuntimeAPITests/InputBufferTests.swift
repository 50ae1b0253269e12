import Testing

@testable import RuntimeAPI

@Suite struct InputBufferTests {
    @Test func `lines come out whole however they went in`() {
        var buffer = InputBuffer()
        buffer.append("ab".utf8)
        #expect(buffer.takeLine() == nil)
        buffer.append("c\n\nd".utf8)
        #expect(buffer.takeLine() == ArraySlice("abc".utf8))
        #expect(buffer.takeLine()?.isEmpty == true)
        #expect(buffer.takeLine() == nil)
        #expect(buffer.count == 1)
    }

    @Test func `what was read is forgotten`() {
        var buffer = InputBuffer()
        for _ in 0..<1000 {
            buffer.append(Array(repeating: 120, count: 200) + [10])
            _ = buffer.takeLine()
        }
        #expect(buffer.count == 0 && buffer.capacity < 200_000)
    }
}
