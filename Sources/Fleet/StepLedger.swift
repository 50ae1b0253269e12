import Planning

/// Keeps which steps may run, and what became of the others.
struct StepLedger {
    /// How a step may travel with others in one transaction.
    enum Travel {
        /// With its predecessors and followers.
        case together
        /// With its predecessors; what comes after it looks first.
        case last
        /// Not at all.
        case alone
    }

    private(set) var results: [StepReport.Result?]
    /// Ids of steps whose predecessors are all done, in the order of the plan; those taken are before `head`.
    private var queue: [Int] = []
    private var head = 0

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
            if step.after.isEmpty { queue.append(step.id) }
        }
    }

    /// Takes up to `limit` steps that may run now.
    mutating func take(_ limit: Int) -> [Int] {
        let end = min(queue.count, head + limit)
        let taken = Array(queue[head..<end])
        head = end
        if head > 4096, head > queue.count / 2 {
            queue.removeFirst(head)
            head = 0
        }
        return taken
    }

    /// Takes up to `limit` steps that may run as one transaction, each after those that it names.
    ///
    /// Either `confirm` or `putBack` must follow before anything else is taken or settled.
    mutating func takeTogether(_ limit: Int, _ travel: (Int) -> Travel) -> [Int] {
        var waiting = Array(queue[head...])
        (queue, head) = ([], 0)
        var taken: [Int] = []
        var index = 0
        while index < waiting.count {
            let id = waiting[index]
            index += 1
            let way = taken.count < limit ? travel(id) : .alone
            guard way != .alone else {
                queue.append(id)
                continue
            }
            taken.append(id)
            guard way == .together else { continue }
            for follower in followers[id - 1] {
                open[follower - 1] -= 1
                if isFree(follower) { waiting.append(follower) }
            }
        }
        return taken
    }

    /// Notes that a step taken together is done; its followers know already.
    mutating func confirm(_ id: Int) {
        precondition(results[id - 1] == nil, "step \(id) has a result already")
        report(id, .done)
    }

    /// Steps taken together were sent and no answer came: nobody knows.
    mutating func lose(_ ids: [Int]) {
        for id in ids { report(id, .unknown) }
        for id in ids { skipFollowers(of: id) }
    }

    /// Undoes `takeTogether`: nothing of it was carried out.
    mutating func putBack(_ ids: [Int], _ travel: (Int) -> Travel) {
        for id in ids where travel(id) == .together {
            for follower in followers[id - 1] { open[follower - 1] += 1 }
        }
        queue = Set(queue[head...] + ids).filter { isFree($0) }.sorted()
        head = 0
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
            if isFree(follower) { queue.append(follower) }
        }
    }

    /// Settles a step that has not been taken; it will not be.
    mutating func refuse(_ id: Int, _ result: StepReport.Result) {
        guard results[id - 1] == nil else { return }
        queue.removeAll { $0 == id }
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

    private func isFree(_ id: Int) -> Bool { open[id - 1] == 0 && results[id - 1] == nil }

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
