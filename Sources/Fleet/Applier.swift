package import Model
package import Planning
import RuntimeAPI

/// Brings one proxy's plan about: the only writer.
///
/// Starts only if the plan's incarnation and base still hold. Independent commands travel together; a step
/// whose predecessor was not done is skipped. A lost reply means the outcome is unknown: it stops and
/// says so, and the caller observes and plans again.
package struct Applier: Sendable {
    package let transport: any RuntimeTransport
    package let clock: any Clock<Duration>
    package let limits: FleetLimits
    /// What was read before, as for `Observer`.
    package let memory: ObservationMemory?
    /// Where keys and chains come from; without it no certificate is put into a proxy.
    package let certificates: (any CertificateSource)?

    package init(
        transport: any RuntimeTransport,
        clock: any Clock<Duration>,
        limits: FleetLimits = FleetLimits(),
        memory: ObservationMemory? = nil,
        certificates: (any CertificateSource)? = nil
    ) {
        self.transport = transport
        self.clock = clock
        self.limits = limits
        self.memory = memory
        self.certificates = certificates
    }

    /// Applies the plan; `progress` hears of every step as soon as its result is known.
    package func apply(
        _ plan: ProxyPlan,
        to target: ProxyTarget,
        progress: @escaping @Sendable (StepReport) -> Void = { _ in }
    ) async -> ApplyOutcome {
        guard !plan.steps.isEmpty else { return ApplyOutcome(ending: .complete, results: []) }
        do {
            let client = try await RuntimeClient.open(
                target,
                over: transport,
                clock: clock,
                limits: limits,
                tried: "applying",
                memory: memory
            )
            let outcome = await apply(plan, over: client, progress)
            await client.close()
            return outcome
        } catch {
            return ApplyOutcome(ending: .lost(error), results: untouched(plan, progress))
        }
    }

    private func apply(
        _ plan: ProxyPlan,
        over client: RuntimeClient,
        _ progress: @escaping (StepReport) -> Void
    ) async -> ApplyOutcome {
        guard client.incarnation == plan.incarnation else {
            let words =
                "the proxy restarted (planned for \(plan.incarnation); now \(client.incarnation))"
            return ApplyOutcome(ending: .stale(words), results: untouched(plan, progress))
        }
        let observed: ObservedProxy
        do {
            observed = try await Observer.glance(client, ObservationScope(plan), memory).proxy
        } catch {
            return ApplyOutcome(ending: .lost(error), results: untouched(plan, progress))
        }
        guard Planner.baseDigest(of: plan.steps, in: observed) == plan.base else {
            let shown = await Self.attributes(of: plan, on: observed, client)
            let words = Staleness.explanation(of: plan, on: observed, shown: shown)
            return ApplyOutcome(ending: .stale(words), results: untouched(plan, progress))
        }
        var run = ApplyRun(
            plan,
            observed,
            client,
            clock: clock,
            certificates: certificates,
            progress: progress
        )
        return await run.run()
    }

    /// What servers whose marks moved have now, where the proxy shows it; nothing else depends on it.
    private static func attributes(
        of plan: ProxyPlan,
        on observed: ObservedProxy,
        _ client: RuntimeClient
    ) async -> [ServerPath: ServerAttributes] {
        let moved = Set(Staleness.movedMarks(of: plan, on: observed).map(\.path.backend)).sorted()
        guard !moved.isEmpty, client.capabilities.showsServerConfig else { return [:] }
        let commands: [RuntimeClient.Command] = moved.prefix(8).map {
            (.showServersConfig(backend: $0.text), payload: nil)
        }
        guard let replies = try? await client.replies(to: commands) else { return [:] }
        var shown: [ServerPath: ServerAttributes] = [:]
        for reply in replies {
            for row in (try? ServerConfigTable.parse(reply.text))?.rows ?? [] {
                if let path = row.path { shown[path] = row.attributes }
            }
        }
        return shown
    }

    private func untouched(_ plan: ProxyPlan, _ progress: (StepReport) -> Void) -> [StepReport] {
        plan.steps.map { step in
            let report = StepReport(step: step.id, result: .notReached)
            progress(report)
            return report
        }
    }
}
