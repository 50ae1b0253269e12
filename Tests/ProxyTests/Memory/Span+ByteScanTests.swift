import Testing

@testable import Proxy

@Suite struct ByteScanTests {
    @Test func `the first control is found at every place and for every byte`() {
        var wrong: [String] = []
        for length in [1, 7, 8, 9, 17] {
            for place in 0..<length {
                for byte in UInt8.min...UInt8.max {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    bytes[place] = byte
                    let isControl = byte < 32 && byte != 9 || byte == 127
                    if bytes.span.firstControl(from: 0) != (isControl ? place : length) {
                        wrong.append("\(byte) at \(place) of \(length)")
                    }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func `a high byte before a control does not hide it`() {
        for high in [UInt8(0x80), 0xa0, 0xff, 0x09, 0x20] {
            let bytes: [UInt8] = [high, high, 13, high, high, high, 13, 10, 13]
            #expect(bytes.span.firstControl(from: 0) == 2)
            #expect(bytes.span.firstControl(from: 3) == 6)
        }
    }

    @Test func `names are compared whatever their case`() {
        let bytes = Array("xConTent-LengTh".utf8)
        let isMatch = (0...2).map { bytes.span.matches("content-length", at: $0, count: 14) }
        #expect(isMatch == [false, true, false])
        // 0x20 apart, but not letters.
        let isSameCharacter = Array("@".utf8).span.matches("`", at: 0, count: 1)
        #expect(!isSameCharacter)
    }
}
