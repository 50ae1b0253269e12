import Testing

@testable import Proxy

@Suite struct RawArrayTests {
    @Test func `an array holds a copy of what it was made of`() {
        let array = RawArray<Int>.make([3, 1, 2])
        defer { array.free() }
        #expect(array.count == 3)
        #expect(array.indices.map { array[$0] } == [3, 1, 2])
    }

    @Test func `an empty array owns nothing and may be freed`() {
        let array = RawArray<Int>.make([])
        #expect(array.isEmpty)
        array.free()
        RawText.empty.free()
    }

    @Test func `a text is its UTF-8 bytes`() {
        let text = RawText.make("é")
        defer { text.free() }
        #expect(text.indices.map { text[$0] } == [0xc3, 0xa9])
    }
}
