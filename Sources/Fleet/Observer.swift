package import Model
package import Planning

/// Reads what a proxy really runs, in as few round trips as there are answers that depend on others.
package struct Observer: Sendable {
    package let transport: any RuntimeTransport
    package let clock: any Clock<Duration>
    package let limits: FleetLimits
    /// What was read before; nil reads and builds everything.
    package let memory: ObservationMemory?

    package init(
        transport: any RuntimeTransport,
        clock: any Clock<Duration>,
        limits: FleetLimits = FleetLimits(),
        memory: ObservationMemory? = nil
    ) {
        self.transport = transport
        self.clock = clock
        self.limits = limits
        self.memory = memory
    }

    /// Connects, reads everything and closes; a part that could not be read makes the whole unknown.
    package func observe(
        _ target: ProxyTarget,
        _ scope: ObservationScope
    ) async throws(FleetError) -> ObservedProxy {
        try await within(target) { client, memory throws(FleetError) in
            try await Self.read(client, scope, memory)
        }
    }

    /// Reads only what moved since the proxy was read last, where it has `show state digest`.
    ///
    /// What operators change is as it is now. What the proxy finds out by itself, such as health, may be
    /// older unless the observation `isFresh`: good for seeing that nothing is to be done, and for nothing else.
    package func glance(
        at target: ProxyTarget,
        _ scope: ObservationScope
    ) async throws(FleetError) -> Observation {
        try await within(target) { client, memory throws(FleetError) in
            try await Self.glance(client, scope, memory)
        }
    }

    private func within<Result>(
        _ target: ProxyTarget,
        _ body: (RuntimeClient, ObservationMemory?) async throws(FleetError) -> Result
    ) async throws(FleetError) -> Result {
        let client = try await RuntimeClient.open(
            target,
            over: transport,
            clock: clock,
            limits: limits,
            tried: "observing",
            memory: memory
        )
        do {
            let result = try await body(client, memory)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}

/// What was seen of a proxy, and how.
package struct Observation: Sendable {
    package var proxy: ObservedProxy
    /// Everything was read just now.
    package var isFresh: Bool

    package init(proxy: ObservedProxy, isFresh: Bool) {
        self.proxy = proxy
        self.isFresh = isFresh
    }
}
