/// How many client connections there may be (`maxconn`); 0 stands for no limit.
///
/// Checked before each accept over all workers' counts, which are not locked, so workers that accept at the
/// same moment can exceed a limit by one each. The control thread changes limits while workers read them.
struct ConnectionLimits: BitwiseCopyable, Sendable {
    /// Row 0 is the process, row 1 + n frontend n.
    private let limits: CounterTable
    /// One row: in which second a worker accepted last, and how many in it.
    private let rates: CounterTable
    private let frontends: Int

    static var none: ConnectionLimits { ConnectionLimits(process: 0, frontends: []) }

    /// Kept as long as the process.
    init(process: Int, frontends: [Int], workers: Int = 1) {
        self.frontends = frontends.count
        limits = CounterTable(columns: 1, workers: 1, rowLimit: frontends.count + 2)
        limits.reserve(rows: frontends.count + 2)
        rates = CounterTable(columns: 2, workers: workers, rowLimit: 1)
        rates.reserve(rows: 1)
        set(nil, to: process)
        for (number, limit) in frontends.enumerated() { set(number, to: limit) }
    }

    /// Changes the limit of a frontend or of the process (control thread only); -1 lets nobody in.
    func set(_ frontend: Int?, to limit: Int) {
        limits.store(limit, row: frontend.map { $0 + 1 } ?? 0, column: 0, worker: 0)
    }

    /// Changes how many connections are accepted in a second (control thread only); 0 is no limit.
    func setRate(_ limit: Int) { limits.store(limit, row: frontends + 1, column: 0, worker: 0) }

    /// Whether one more connection may be accepted in this second of the workers' clock, `now` in milliseconds.
    @inline(__always)
    func allowRate(now: Int64) -> Bool {
        let limit = limits.load(row: frontends + 1, column: 0, worker: 0)
        return limit == 0 || accepted(inSecond: Int(now / 1000)) < limit
    }

    private func accepted(inSecond second: Int) -> Int {
        var accepted = 0
        for worker in 0..<rates.workers
        where rates.load(row: 0, column: 0, worker: worker) == second {
            accepted += rates.load(row: 0, column: 1, worker: worker)
        }
        return accepted
    }

    /// Counts a connection that a worker accepted.
    @inline(__always)
    func countAccept(worker: Int, now: Int64) {
        let second = Int(now / 1000)
        if rates.load(row: 0, column: 0, worker: worker) != second {
            rates.store(0, row: 0, column: 1, worker: worker)
            rates.store(second, row: 0, column: 0, worker: worker)
        }
        rates.add(1, row: 0, column: 1, worker: worker)
    }

    /// Whether a frontend may take one more connection.
    @inline(__always)
    func allow(_ frontend: Int, _ totals: TrafficCounters) -> Bool {
        let process = limits.load(row: 0, column: 0, worker: 0)
        if process > 0, totals.connections >= process { return false }
        guard frontend < frontends else { return true }
        let limit = limits.load(row: frontend + 1, column: 0, worker: 0)
        return limit == 0 || limit > 0 && totals.connections(of: frontend) < limit
    }
}
