package import Model
package import Planning

/// Reads what a proxy really runs, in as few round trips as there are answers that depend on others.
package struct Observer: Sendable {
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

    /// Connects, reads and closes; a part that could not be read makes the whole unknown.
    package func observe(
        _ target: ProxyTarget,
        _ scope: ObservationScope
    ) async throws(FleetError) -> ObservedProxy {
        let client = try await RuntimeClient.open(
            target,
            over: transport,
            clock: clock,
            limits: limits,
            tried: "observing"
        )
        do {
            let observed = try await Self.read(client, scope)
            await client.close()
            return observed
        } catch {
            await client.close()
            throw error
        }
    }
}
