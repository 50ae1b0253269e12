import Simulation
import Testing

@testable import Proxy

@Suite struct StateCodecTests {
    @Test(arguments: Seed.runs)
    func `numbers and texts are read as they were written`(seed: Seed) throws {
        var generator = seed.generator
        let bits = UInt64.random(in: 0...63, using: &generator)
        let numbers = (0..<20).map { _ in
            Int(truncatingIfNeeded: UInt64.random(in: 0 ... .max, using: &generator) >> bits)
        }
        var writer = StateWriter()
        for number in numbers + [.min, .max, 0, -1] { writer.write(number) }
        writer.write("añb")
        writer.write(nil as String?)
        writer.write("x" as String?)
        var reader = StateReader(writer.bytes[...])
        for number in numbers + [.min, .max, 0, -1] { #expect(try reader.number() == number) }
        #expect(try reader.text() == "añb")
        #expect(try reader.optionalText() == nil)
        #expect(try reader.optionalText() == "x")
        #expect(reader.isAtEnd)
    }

    @Test func `what is cut short is malformed`() {
        var writer = StateWriter()
        writer.write("text")
        for length in 0..<writer.bytes.count {
            var reader = StateReader(writer.bytes[..<length])
            #expect(throws: StateReader.Malformed.self) { try reader.text() }
        }
        var endless = StateReader(ArraySlice(repeating: 255, count: 40))
        #expect(throws: StateReader.Malformed.self) { try endless.number() }
    }

    @Test func `the checksum is the one everybody means by CRC-32`() {
        #expect(StateFileFormat.checksum(ArraySlice("123456789".utf8)) == 0xcbf4_3926)
    }
}
