package import Model

extension ProxyPlan {
    /// The plan without some steps and everything that must come after them, each with a remark why.
    ///
    /// As safe as the whole: it leaves out exactly what the applier skips when those steps fail.
    package func omitting(_ reasons: [Int: Remark], in observed: ObservedProxy) -> ProxyPlan {
        guard !reasons.isEmpty else { return self }
        var omitted: Set<Int> = []
        var numbers: [Int: Int] = [:]
        var kept: [Step] = []
        for step in steps {
            if reasons[step.id] != nil || step.after.contains(where: omitted.contains) {
                omitted.insert(step.id)
                continue
            }
            numbers[step.id] = kept.count + 1
            kept.append(
                Step(
                    id: kept.count + 1,
                    change: step.change,
                    origin: step.origin,
                    after: step.after.compactMap { numbers[$0] }
                )
            )
        }
        var said = Set(remarks)
        var remarks = remarks
        for step in steps {
            guard let remark = reasons[step.id], said.insert(remark).inserted else { continue }
            remarks.append(remark)
        }
        var plan = ProxyPlan(
            proxy: proxy,
            incarnation: incarnation,
            base: Planner.baseDigest(of: kept, in: observed),
            steps: kept,
            remarks: remarks
        )
        plan.floors = floors
        plan.hidden = hidden
        return plan
    }
}
