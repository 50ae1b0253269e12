import Model

extension BackendTable {
    /// By name, or by id after `#`.
    func frontendNumber(_ reference: String) -> Int? {
        guard reference.hasPrefix("#") else {
            return frontendRecords.firstIndex { $0.name == reference }
        }
        return Int(reference.dropFirst()).flatMap { id in
            frontendRecords.firstIndex { $0.id == id }
        }
    }

    /// Runs a change on one frontend.
    func change(frontend number: Int, _ body: (inout FrontendRecord) -> Void) {
        let saved = frontendRecords[number]
        unlessCertain { self.frontendRecords[number] = saved }
        body(&frontendRecords[number])
        changes += 1
        if keepsUnsaved { unsaved.append(.frontend(number)) }
    }

    /// Changes what may come in a second; 0 is no limit.
    func setRateLimit(_ rate: LimitTarget.Rate, to limit: Int) {
        let saved = rateLimits[rate]
        unlessCertain { self.rateLimits[rate] = saved }
        rateLimits[rate] = limit == 0 ? nil : limit
        changes += 1
        if keepsUnsaved { unsaved.append(.rateLimit(rate)) }
    }

    /// Changes the limit of client connections of the process.
    func setMaxconn(_ limit: Int) {
        let saved = maxconn
        unlessCertain { self.maxconn = saved }
        maxconn = limit
        changes += 1
        if keepsUnsaved { unsaved.append(.maxconn) }
    }
}
