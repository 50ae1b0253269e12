/// How long the parts of one exchange took, in milliseconds.
struct ExchangeTimes: BitwiseCopyable {
    var queue = 0
    var connect = 0
    var response = 0
    var total = 0
}

/// What `show stat` tells of times: averages over the last 1,024 or so exchanges, and the greatest.
package struct TimeStatistics: BitwiseCopyable, Hashable, Sendable {
    package var queue = 0
    package var connect = 0
    package var response = 0
    package var total = 0
    package var maxQueue = 0
    package var maxConnect = 0
    package var maxResponse = 0
    package var maxTotal = 0

    package init() {}
}

extension CounterTable {
    /// Columns that times take, side by side: how many samples, four sums, four maxima.
    static let timeColumns = 9
    /// Past exchanges count less and less from so many on (`TIME_STATS_SAMPLES`, HAProxy 2.6–3.0).
    private static let window = 512

    /// Takes one exchange into account.
    @inline(__always)
    func sample(_ times: ExchangeTimes, row: Int, column: Int, worker: Int) {
        let count = add(1, row: row, column: column, worker: worker)
        let isFull = count > Self.window
        sample(times.queue, isFull, row: row, column: column + 1, worker: worker)
        sample(times.connect, isFull, row: row, column: column + 2, worker: worker)
        sample(times.response, isFull, row: row, column: column + 3, worker: worker)
        sample(times.total, isFull, row: row, column: column + 4, worker: worker)
    }

    @inline(__always)
    private func sample(_ time: Int, _ isFull: Bool, row: Int, column: Int, worker: Int) {
        let sum = load(row: row, column: column, worker: worker)
        let kept = isFull ? sum - sum / Self.window : sum
        store(kept + time, row: row, column: column, worker: worker)
        if time > load(row: row, column: column + 4, worker: worker) {
            store(time, row: row, column: column + 4, worker: worker)
        }
    }

    /// The averages of all workers, each counting by its exchanges, and the greatest of the maxima.
    func times(row: Int, column: Int) -> TimeStatistics {
        var weighted = InlineArray<4, Int>(repeating: 0)
        var greatest = InlineArray<4, Int>(repeating: 0)
        var total = 0
        for worker in 0..<workers {
            let count = load(row: row, column: column, worker: worker)
            guard count > 0 else { continue }
            total += count
            let samples = min(count, Self.window)
            for part in 0..<4 {
                let sum = load(row: row, column: column + 1 + part, worker: worker)
                weighted[part] += (sum + samples - 1) / samples * count
                let most = load(row: row, column: column + 5 + part, worker: worker)
                greatest[part] = max(greatest[part], most)
            }
        }
        var times = TimeStatistics()
        guard total > 0 else { return times }
        times.queue = weighted[0] / total
        times.connect = weighted[1] / total
        times.response = weighted[2] / total
        times.total = weighted[3] / total
        times.maxQueue = greatest[0]
        times.maxConnect = greatest[1]
        times.maxResponse = greatest[2]
        times.maxTotal = greatest[3]
        return times
    }

    /// Lets maxima, or everything, begin anew; what a worker counts in the same moment may survive.
    func clearTimes(row: Int, column: Int, worker: Int, all: Bool) {
        for place in (all ? 0 : 5)..<Self.timeColumns {
            store(0, row: row, column: column + place, worker: worker)
        }
    }
}
