import Testing

@testable import Proxy

@Suite struct CPUTests {
    private func cpu(_ number: Int, core: Int, capacity: Int, cache: Int = 0) -> CPU {
        var cpu = CPU(number: number)
        cpu.core = core
        cpu.capacity = capacity
        cpu.caches[3] = cache
        return cpu
    }

    @Test func `siblings stand together, the strong before the weak`() {
        let all = [
            cpu(3, core: 1, capacity: 100), cpu(2, core: 0, capacity: 100),
            cpu(1, core: 1, capacity: 100), cpu(0, core: 0, capacity: 98),
            cpu(4, core: 2, capacity: 200), cpu(5, core: 9, capacity: 10, cache: 1),
        ]
        #expect(all.sorted { $0.precedes($1) }.map(\.number) == [4, 0, 2, 1, 3, 5])
    }

    @Test func `a cluster ends where the cache or the strength does`() {
        let first = cpu(0, core: 0, capacity: 100)
        #expect(first.sharesCluster(with: cpu(1, core: 1, capacity: 96)))
        #expect(!first.sharesCluster(with: cpu(1, core: 1, capacity: 90)))
        #expect(!first.sharesCluster(with: cpu(1, core: 1, capacity: 100, cache: 1)))
    }

    @Test func `sets of CPUs are read and written as Linux does`() {
        #expect(CPUSet.parse("0-2,7\n") == [0, 1, 2, 7])
        #expect(CPUSet.parse("2-1") == nil && CPUSet.parse("x") == nil)
        #expect(CPUSet.text([7, 0, 1, 2]) == "0-2,7")
    }
}
