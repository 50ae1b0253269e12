/// Telling of the worker itself, for `show activity`, `show fd` and `show pools`.
extension Worker {
    mutating func answer(_ survey: WorkerSurvey) {
        var answer = WorkerSurvey.Answer()
        answer.activity = activity
        answer.activity.clients = Int64(clientCount)
        answer.activity.logged = loggedExchanges
        answer.activity.lostLines = Int64(logs.dropped)
        answer.activity.lostChanges = Int64(rules.lostListEdits)
        answer.activity.processorTime = MonotonicClock.threadMilliseconds
        answer.pools = (0..<BufferPool.sizes).map { sizeClass in
            let usage = pool.usage(sizeClass: sizeClass)
            return PoolRow(size: usage.size, count: usage.count, free: usage.free)
        }
        if survey.asksForDescriptors { answer.descriptors = descriptors }
        survey.answer(answer, worker: number)
    }

    /// Rows without text: a table of 100,000 is walked in about a millisecond.
    private var descriptors: [DescriptorRow] {
        var rows: [DescriptorRow] = []
        for index in 0..<tableEnd {
            let connection = connections[index]
            let role: DescriptorRow.Role
            switch connection.role {
            case .free: continue
            case .mailbox: role = .pipe
            case .listener: role = .listener
            case .client: role = .client
            case .upstream: role = .server
            }
            var row = DescriptorRow(number: Int32(index), role: role, phase: connection.phase)
            if role == .client || role == .listener { row.frontend = connection.frontend }
            if role == .client { row.backend = connection.backend }
            if role == .server || connection.holdsSlot { row.slot = connection.slot }
            row.peer = connection.peer
            rows.append(row)
        }
        return rows
    }
}
