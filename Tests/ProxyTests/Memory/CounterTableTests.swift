import Testing

@testable import Proxy

@Suite struct CounterTableTests {
    @Test func `each worker counts for itself and the sum is theirs`() {
        let table = CounterTable(columns: 3, workers: 2, rowLimit: 5000)
        defer { table.free() }
        table.reserve(rows: 5000)
        #expect(table.add(5, row: 4999, column: 2, worker: 0) == 5)
        table.add(7, row: 4999, column: 2, worker: 1)
        #expect(table.sum(row: 4999, column: 2) == 12)
        #expect(table.load(row: 4999, column: 2, worker: 1) == 7)
        #expect(table.sum(row: 4999, column: 1) == 0)
        #expect(table.sum(row: 4998, column: 2) == 0)
        table.clear(row: 4999)
        #expect(table.sum(row: 4999, column: 2) == 0)
    }

    @Test func `reserving more rows keeps what was counted`() {
        let table = CounterTable(columns: 1, workers: 1, rowLimit: 1 << 20)
        defer { table.free() }
        table.reserve(rows: 1)
        table.store(3, row: 0, column: 0, worker: 0)
        table.reserve(rows: 100_000)
        #expect(table.sum(row: 0, column: 0) == 3)
        #expect(table.sum(row: 99_999, column: 0) == 0)
    }
}
