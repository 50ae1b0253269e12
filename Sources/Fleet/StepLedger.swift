import Planning

/// Keeps which steps may run, and what became of the others.
struct StepLedger {
    private(set) var results: [StepReport.Result?]
    /// Ids of steps whose predecessors are all done, in the order of the plan.
    private(set) var ready: [Int] = []

    private var open: [Int]
    private var followers: [[Int]]
    private let progress: (StepReport) -> Void

    init(_ steps: [Step], progress: @escaping (StepReport) -> Void) {
        results = Array(repeating: nil, count: steps.count)
        open = steps.map(\.after.count)
        followers = Array(repeating: [], count: steps.count)
        self.progress = progress
        for step in steps {
            for id in step.after { followers[id - 1].append(step.id) }
            if step.after.isEmpty { ready.append(step.id) }
        }
    }

    /// Takes up to `limit` steps that may run now.
    mutating func take(_ limit: Int) -> [Int] {
        let taken = Array(ready.prefix(limit))
        ready.removeFirst(taken.count)
        return taken
    }

    /// Notes a result; followers become ready, or are skipped if this step is not done.
    mutating func settle(_ id: Int, _ result: StepReport.Result) {
        precondition(results[id - 1] == nil, "step \(id) has a result already")
        report(id, result)
        guard result == .done else {
            skipFollowers(of: id)
            return
        }
        for follower in followers[id - 1] {
            open[follower - 1] -= 1
            if open[follower - 1] == 0, results[follower - 1] == nil { ready.append(follower) }
        }
    }

    /// Settles a step that has not been taken; it will not be.
    mutating func refuse(_ id: Int, _ result: StepReport.Result) {
        guard results[id - 1] == nil else { return }
        ready.removeAll { $0 == id }
        settle(id, result)
    }

    /// Everything without a result gets this one.
    mutating func close(as result: StepReport.Result) {
        for id in 1...max(1, results.count) where id <= results.count && results[id - 1] == nil {
            report(id, result)
        }
    }

    /// One report a step, in the order of the plan.
    var reports: [StepReport] {
        results.enumerated().map { StepReport(step: $0 + 1, result: $1 ?? .notReached) }
    }

    private mutating func skipFollowers(of first: Int) {
        var stack = [first]
        while let id = stack.popLast() {
            for follower in followers[id - 1] where results[follower - 1] == nil {
                report(follower, .skipped(after: first))
                stack.append(follower)
            }
        }
    }

    private mutating func report(_ id: Int, _ result: StepReport.Result) {
        results[id - 1] = result
        progress(StepReport(step: id, result: result))
    }
}
