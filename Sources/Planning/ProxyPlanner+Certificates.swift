import Model

extension ProxyPlanner {
    /// Before whatever may serve from them; what goes depends on nothing else.
    mutating func planCertificates() {
        let former = options.previous?.certificates ?? []
        guard !fleet.certificates.isEmpty || !former.isEmpty else { return }
        var planner = CertificatePlanner(fleet, former: former, on: observed)
        planner.plan(&order)
        remarks += planner.remarks
    }
}
