package import Model
package import Simulation

/// What the world does to some exchanges with some proxies for some time; the first rule that applies wins.
package struct FaultRule: Sendable, CustomStringConvertible {
    /// What happens to one exchange.
    package enum Fault: Hashable, Sendable {
        /// The reply comes that much later.
        case delay(Duration)
        /// The control thread takes no input for so long, then all of it in order of arrival.
        case stall(Duration)
        /// Nobody listens.
        case refuse
        /// The connection is accepted and nothing ever comes back; nothing is executed.
        case hang
        /// Executed, but the reply is lost.
        case dropReply
        /// Executed, then the connection closes in the middle of the reply.
        case cutReply
        /// The process dies before it executes, and comes up with its boot file only.
        case restartBefore
        /// The process dies after it executed and before it replied.
        case restartAfter
        /// Nothing gets through in either direction until then. Who connects waits; what was sent arrives late,
        /// unless its sender gave up meanwhile.
        case partition(until: Duration)
    }

    /// Nil for every proxy.
    package var proxies: Set<ProxyName>?
    /// When, counted from the start of the simulation.
    package var window: Range<Duration>
    /// Of a hundred exchanges so many are hit.
    package var percent: Int
    package var fault: Fault

    package init(
        _ fault: Fault,
        percent: Int,
        during window: Range<Duration>,
        on proxies: Set<ProxyName>? = nil
    ) {
        self.fault = fault
        self.percent = percent
        self.window = window
        self.proxies = proxies
    }

    package var description: String {
        let whom = proxies.map { $0.sorted().map(\.text).joined(separator: ",") } ?? "all proxies"
        return "\(fault) \(percent)% on \(whom) during \(window)"
    }

    private func applies(to proxy: ProxyName, at time: Duration) -> Bool {
        window.contains(time) && proxies?.contains(proxy) ?? true
    }

    /// What hits an exchange with `proxy` at `time`; nil lets it pass.
    package static func fault(
        in rules: [FaultRule],
        for proxy: ProxyName,
        at time: Duration,
        using generator: inout SeededGenerator
    ) -> Fault? {
        for rule in rules where rule.applies(to: proxy, at: time) && generator.chance(rule.percent)
        {
            return rule.fault
        }
        return nil
    }

    /// Between none and five rules, all over before `end`.
    package static func random(
        for proxies: [ProxyName],
        before end: Duration,
        using generator: inout SeededGenerator
    ) -> [FaultRule] {
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in
            let start = Int.random(in: 0..<Int(end.components.seconds), using: &generator)
            let length = Int.random(in: 1...40, using: &generator)
            let window = Duration.seconds(start)..<min(.seconds(start + length), end)
            let some = Set(proxies.filter { _ in generator.chance(50) })
            let fault = randomFault(until: window.upperBound, using: &generator)
            let percent = [5, 20, 50, 100].randomElement(using: &generator) ?? 5
            return FaultRule(
                fault,
                percent: fault.share ?? percent,
                during: window,
                on: some.isEmpty ? nil : some
            )
        }
    }

    private static func randomFault(
        until end: Duration,
        using generator: inout SeededGenerator
    ) -> Fault {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: .delay(.milliseconds(Int.random(in: 1...3000, using: &generator)))
        case 1: .refuse
        case 2: .hang
        case 3: .dropReply
        case 4: .cutReply
        case 5: .restartBefore
        case 6: .restartAfter
        case 7: .stall(.milliseconds(Int.random(in: 100...20_000, using: &generator)))
        // Longer than anyone waits, so that it arrives at a connection given up.
        case 8: .delay(.milliseconds(Int.random(in: 5_000...15_000, using: &generator)))
        case 9, 10: .partition(until: end)
        default: .delay(.milliseconds(Int.random(in: 1...50, using: &generator)))
        }
    }
}

extension FaultRule.Fault {
    /// Of a hundred exchanges so many are hit; nil for any share.
    fileprivate var share: Int? {
        switch self {
        // A process that dies at every command never lives long enough to be interesting.
        case .restartBefore, .restartAfter: 5
        case .partition: 100
        default: nil
        }
    }
}
