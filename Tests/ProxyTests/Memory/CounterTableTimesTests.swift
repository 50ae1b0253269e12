import Testing

@testable import Proxy

@Suite struct TimeStatisticsTests {
    private func table() -> CounterTable {
        let table = CounterTable(columns: 1 + CounterTable.timeColumns, workers: 2, rowLimit: 1)
        table.reserve(rows: 1)
        return table
    }

    private func sample(_ total: Int, _ table: CounterTable, worker: Int = 0) {
        let times = ExchangeTimes(queue: 1, connect: 2, response: 3, total: total)
        table.sample(times, row: 0, column: 1, worker: worker)
    }

    @Test func `few exchanges have their mean, and each worker counts by its own`() {
        let table = table()
        defer { table.free() }
        #expect(table.times(row: 0, column: 1) == TimeStatistics())
        for total in [10, 20, 30] { sample(total, table) }
        sample(100, table, worker: 1)
        let times = table.times(row: 0, column: 1)
        #expect([times.queue, times.connect, times.response, times.total] == [1, 2, 3, 40])
        #expect(times.maxTotal == 100 && times.maxQueue == 1)
    }

    @Test func `what is long past counts for less and less`() {
        let table = table()
        defer { table.free() }
        for _ in 0..<1000 { sample(1000, table) }
        #expect((995...1000).contains(table.times(row: 0, column: 1).total))
        for _ in 0..<512 { sample(0, table) }
        #expect((350...400).contains(table.times(row: 0, column: 1).total))
        for _ in 0..<5000 { sample(0, table) }
        #expect(table.times(row: 0, column: 1).total <= 1)
        #expect(table.times(row: 0, column: 1).maxTotal == 1000)
    }

    @Test func `maxima are forgotten alone, or with everything`() {
        let table = table()
        defer { table.free() }
        sample(9, table)
        table.clearTimes(row: 0, column: 1, worker: 0, all: false)
        #expect(table.times(row: 0, column: 1).maxTotal == 0)
        #expect(table.times(row: 0, column: 1).total == 9)
        table.clearTimes(row: 0, column: 1, worker: 0, all: true)
        #expect(table.times(row: 0, column: 1) == TimeStatistics())
    }
}
