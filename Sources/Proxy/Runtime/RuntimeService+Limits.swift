import Model
import RuntimeAPI

extension RuntimeService {
    /// Limits of the process besides connections, and counters; nil for every other command.
    func executeLimit(_ command: RuntimeCommand) -> RuntimeReply? {
        switch command {
        case .setRateLimit(let rate, let value): return set(rate, to: value)
        case .clearCounters(let all):
            plane.clearCounters(all: all)
            clearRates()
            if all { for backend in table.backends { backend.clearCounters() } }
            return RuntimeReply()
        default: return nil
        }
    }

    private func set(_ rate: LimitTarget.Rate, to value: Int) -> RuntimeReply {
        guard Self.isLimited(rate) || value == 0 else {
            return .error("'\(rate.rawValue)' cannot be limited: apus-proxy does not have it.")
        }
        table.setRateLimit(rate, to: value)
        applyRateLimits()
        return RuntimeReply()
    }

    /// What can be limited here; the others are never used, so that no limit of them can be reached.
    private static func isLimited(_ rate: LimitTarget.Rate) -> Bool {
        rate == .connections || rate == .sessions
    }

    /// Tells the workers; a session begins with its connection, so the smaller limit counts.
    func applyRateLimits() {
        table.whenCertain { [table, plane] in
            let limits = [LimitTarget.Rate.connections, .sessions].map { table.rateLimits[$0] ?? 0 }
            plane.limitRate(to: limits.filter { $0 > 0 }.min() ?? 0)
        }
    }
}
