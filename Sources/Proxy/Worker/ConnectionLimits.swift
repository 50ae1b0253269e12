/// How many client connections there may be (`maxconn`); 0 stands for no limit.
///
/// Checked before each accept over all workers' counts, which are not locked, so workers that accept at the
/// same moment can exceed a limit by one each. The control thread changes limits while workers read them.
struct ConnectionLimits: BitwiseCopyable, Sendable {
    /// Row 0 is the process, row 1 + n frontend n.
    private let limits: CounterTable
    private let frontends: Int

    static var none: ConnectionLimits { ConnectionLimits(process: 0, frontends: []) }

    /// Kept as long as the process.
    init(process: Int, frontends: [Int]) {
        self.frontends = frontends.count
        limits = CounterTable(columns: 1, workers: 1, rowLimit: frontends.count + 1)
        limits.reserve(rows: frontends.count + 1)
        set(nil, to: process)
        for (number, limit) in frontends.enumerated() { set(number, to: limit) }
    }

    /// Changes the limit of a frontend or of the process (control thread only); -1 lets nobody in.
    func set(_ frontend: Int?, to limit: Int) {
        limits.store(limit, row: frontend.map { $0 + 1 } ?? 0, column: 0, worker: 0)
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
