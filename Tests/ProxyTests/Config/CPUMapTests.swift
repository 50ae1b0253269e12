import Model
import Testing

@testable import Proxy

@Suite struct CPUMapTests {
    private func map(_ lines: String...) throws -> [Int: Int] {
        var map = CPUMap()
        for line in lines { try map.add(line.split(separator: " ").map(String.init)[...]) }
        return map.cpus
    }

    @Test func `threads get CPUs one by one, or all the same`() throws {
        #expect(try map("auto:1/1-4 0-3") == [0: 0, 1: 1, 2: 2, 3: 3])
        #expect(try map("auto:1/1-3 0,2 5") == [0: 0, 1: 2, 2: 5])
        #expect(try map("1/1 3", "1/2 4") == [0: 3, 1: 4])
        #expect(try map("1/odd 7")[2] == 7)
        #expect(try map("auto:1 2-3") == [0: 2, 1: 3])
        #expect(try map("1 0").count == 64)
    }

    @Test func `threads of groups are counted on`() throws {
        var map = CPUMap()
        try map.add(["auto:1/1-2", "0-1"])
        try map.add(["2/1", "7"])
        #expect(map.cpus(threads: 4, groups: 2) == [0: 0, 1: 1, 2: 7])
        #expect(map.cpus(threads: 5, groups: 2) == [0: 0, 1: 1, 3: 7])
        #expect(map.cpus(threads: 1, groups: 1) == [0: 0])
    }

    @Test(arguments: [
        "auto:1/1-4 0-2", "65/1 0", "1/1 0-3", "1/0 0", "1/1", "1/1 x", "1/4-1 0", "1/1-2-3 0",
    ]) func `what cannot be followed is refused`(_ line: String) {
        #expect(throws: RuleMistake.self) { try map(line) }
    }

    @Test func `the global section takes it`() {
        func messages(_ line: String) -> [String] {
            ConfigParser.parse(
                files: [("t.cfg", "global\n stats socket /x\n \(line)\n")],
                environment: [:],
                reading: { _ in nil }
            ).diagnostics.map(\.message)
        }
        #expect(messages("cpu-map auto:1/1-2 0-1").isEmpty && messages("thread-groups 1").isEmpty)
        #expect(messages("thread-groups 2").isEmpty)
        #expect(messages("thread-groups 65").first?.contains("between 1 and 64") == true)
        #expect(messages("cpu-map 99/1 0").first?.hasPrefix("'cpu-map' : ") == true)
    }
}
