import Testing

@testable import Proxy

@Suite struct LogRingTests {
    private func ring(_ size: Int) -> LogRing {
        var configuration = RingConfiguration(name: "r")
        configuration.size = size
        return LogRing(configuration)
    }

    private func add(_ lines: [String], to ring: LogRing) -> Int {
        ring.append(lines.map { Array("\($0)\n".utf8) })
    }

    @Test func `a reader gets each line once, old ones only if it wants them`() {
        let ring = ring(100)
        #expect(add(["a", "bb"], to: ring) == 2)
        let all = LogRing.Reader(ring, skipsOld: false)
        let new = LogRing.Reader(ring, skipsOld: true)
        #expect(all.take() == "a\nbb\n" && new.take() == "")
        #expect(add(["ccc"], to: ring) == 1)
        #expect(all.take() == "ccc\n" && all.take() == "" && new.take() == "ccc\n")
    }

    @Test func `the oldest whole lines make room for the newest`() {
        let ring = ring(10)
        let reader = LogRing.Reader(ring, skipsOld: false)
        for number in 0..<100 {
            #expect(add(["\(1000 + number)"], to: ring) == 1)
        }
        #expect(reader.take() == "1098\n1099\n")
        #expect(add(["1234567890"], to: ring) == 0)
        #expect(add(["123456789"], to: ring) == 1)
        #expect(LogRing.Reader(ring, skipsOld: false).take() == "123456789\n")
    }
}
