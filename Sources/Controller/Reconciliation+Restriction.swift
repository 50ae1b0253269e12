package import Model
package import Planning

extension Reconciliation.Goal {
    /// A plan without what is suspended and what its proxy rejected before, nothing else having changed.
    package func restricted(_ plan: ProxyPlan, on observed: ObservedProxy) -> ProxyPlan {
        guard !plan.steps.isEmpty else { return plan }
        let proxyWide = suspensions.first { order in
            order.scope.backend == nil && order.scope.proxy.map { $0 == plan.proxy } ?? true
        }
        let local = suspensions.filter { order in
            order.scope.backend != nil && order.scope.proxy.map { $0 == plan.proxy } ?? true
        }
        let isQuarantined = quarantine.proxies.contains(plan.proxy)
        guard proxyWide != nil || !local.isEmpty || isQuarantined else { return plan }
        var reasons: [Int: Remark] = [:]
        for step in plan.steps {
            if let order = proxyWide ?? local.first(where: { $0.covers(step.change) }) {
                reasons[step.id] = Remark(.suspended, "\(order.scope): \(order.sentence)")
            } else if isQuarantined, let remark = quarantined(step, on: observed) {
                reasons[step.id] = remark
            }
        }
        return plan.omitting(reasons, in: observed)
    }

    private func quarantined(_ step: Step, on observed: ObservedProxy) -> Remark? {
        guard let operation = try? StateDatabase.encoded(step.change) else { return nil }
        let entry = quarantine.entry(
            for: operation,
            on: observed.name,
            input: Self.input(of: step, on: observed, revision)
        )
        guard let entry else { return nil }
        return Remark(
            .quarantined,
            "not sent again before something changes: \(entry.words)",
            origin: step.origin
        )
    }

    /// What an operation depends on: the tree that asks for it, the process, and the object as it is now.
    ///
    /// Whoever pushes after a rejection means to have changed something, so another tree is sent once.
    static func input(of step: Step, on observed: ObservedProxy, _ revision: Revision) -> String {
        "\(revision.tree) \(observed.incarnation.pid)/\(observed.incarnation.startTime) "
            + Planner.baseDigest(of: [step], in: observed)
    }
}

extension Suspension {
    /// A change of the backend or server that is left alone.
    fileprivate func covers(_ change: Change) -> Bool {
        let name = change.server?.backend ?? change.backend
        guard let name, name == scope.backend else { return false }
        return scope.server.map { $0 == change.server?.server } ?? true
    }
}
