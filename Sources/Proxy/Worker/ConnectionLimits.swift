/// How many client connections there may be (`maxconn`); 0 stands for no limit.
///
/// Checked before each accept over all workers' counts, which are not locked, so workers that accept at the
/// same moment can exceed a limit by one each.
struct ConnectionLimits: BitwiseCopyable, Sendable {
    private let process: Int
    /// By frontend number.
    private let frontends: RawArray<Int>

    static var none: ConnectionLimits { ConnectionLimits(process: 0, frontends: .empty) }

    /// Kept as long as the process.
    init(process: Int, frontends: [Int]) {
        self.init(process: process, frontends: .make(frontends))
    }

    private init(process: Int, frontends: RawArray<Int>) {
        self.process = process
        self.frontends = frontends
    }

    /// Whether a frontend may take one more connection.
    @inline(__always)
    func allow(_ frontend: Int, _ totals: TrafficCounters) -> Bool {
        if process > 0, totals.connections >= process { return false }
        guard frontend < frontends.count, frontends[frontend] > 0 else { return true }
        return totals.connections(of: frontend) < frontends[frontend]
    }
}
