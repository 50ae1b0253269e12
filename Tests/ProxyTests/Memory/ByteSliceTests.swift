import Testing

@testable import Proxy

@Suite struct ByteSliceTests {
    @Test func `parts of a slice are the bytes they name`() {
        let bytes = Array("hello".utf8)
        bytes.span.withSlice { slice in
            #expect(slice.count == 5)
            #expect(slice.dropFirst(2).array == Array("llo".utf8))
            #expect(slice.prefix(2).array == Array("he".utf8))
            #expect(slice[1..<3].array == Array("el".utf8))
            #expect(slice.dropFirst(5).isEmpty)
            #expect(slice.contains(0x6f))
            #expect(!slice.contains(0x7a))
            #expect(slice.withSpan { $0[4] } == 0x6f)
        }
    }

    @Test func `a slice is compared with a text byte by byte`() {
        let text = RawText.make("hello")
        defer { text.free() }
        #expect(Array("hello".utf8).span.withSlice { $0.isEqual(to: text) })
        #expect(!Array("hellO".utf8).span.withSlice { $0.isEqual(to: text) })
        #expect(!Array("hell".utf8).span.withSlice { $0.isEqual(to: text) })
        #expect(ByteSlice.empty.isEqual(to: RawText.empty))
    }
}
