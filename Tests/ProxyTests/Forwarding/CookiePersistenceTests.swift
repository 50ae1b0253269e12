import Testing

@testable import Proxy

@Suite struct CookiePersistenceTests {
    @Test func `only a limit in time needs dates`() {
        var cookie = CookiePersistence()
        #expect(cookie.mode == .none && !cookie.hasDates)
        cookie.maxIdle = 1
        #expect(cookie.hasDates)
    }

    @Test func `pairs are found with their white space and quirks`() {
        let text = " a=b ;c = d;e;;f=;=g; h=\"i=j\" "
        let bytes = Array(text.utf8)
        let found = bytes.span.withSlice { slice in
            var cursor = CookieCursor(RequestHead.Part(start: 0, count: Int32(slice.count)))
            var found: [String] = []
            while let pair = cursor.next(in: slice) {
                func part(_ range: Range<Int>) -> String {
                    String(decoding: slice[range].array, as: UTF8.self)
                }
                found.append("\(part(pair.name))|\(part(pair.value))|\(part(pair.whole))")
            }
            return found
        }
        #expect(
            found == [
                "a|b|a=b", "c|d|c = d", "e||e", "||", "f||f=", "|g|=g", "h|\"i=j\"|h=\"i=j\"",
            ]
        )
    }

    @Test func `dates are read as they are written`() {
        var buffer = ScratchBuffer(capacity: 64)
        defer { buffer.free() }
        for seconds in [0, 4, 1_700_000_000, 4_000_000_000] {
            buffer.clear()
            CookieDate.write(seconds, to: &buffer)
            #expect(CookieDate.read(buffer.bytes, 1..<6) == (seconds + 3) / 4 * 4)
        }
        #expect(CookieDate.read(buffer.bytes, 0..<5) == 0)
    }
}
