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

    /// For every step its predecessors in transactions under way, which `open` counts as done already.
    private var pending: [Int]
    /// The transaction that last took a predecessor of the step along, and how many it took.
    private var latest: [(transaction: Int, count: Int)]
    private var lastNumber = 0

    init(_ steps: [Step], progress: @escaping (StepReport) -> Void) {
        results = Array(repeating: nil, count: steps.count)
        open = steps.map(\.after.count)
        followers = Array(repeating: [], count: steps.count)
        pending = Array(repeating: 0, count: steps.count)
        latest = Array(repeating: (0, 0), count: steps.count)
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

    /// Steps that go as one transaction, and those that may run once it is committed.
    struct Together {
        /// In an order that keeps each behind those that it names.
        fileprivate(set) var steps: [Int] = []
        fileprivate var freed: [Int] = []
    }

    /// Takes up to `limit` steps that may run as one transaction, each after those that it names.
    ///
    /// What is taken next depends on none of them before `confirm`, so that several transactions may be under
    /// way at once. `confirm`, `putBack` or `lose` must follow, in the order in which they were taken.
    mutating func takeTogether(_ limit: Int, _ travel: (Int) -> Travel) -> Together {
        var waiting = Array(queue[head...])
        (queue, head) = ([], 0)
        // Behind these come followers of what was taken.
        let free = waiting.count
        lastNumber += 1
        var together = Together()
        var index = 0
        while index < waiting.count {
            let id = waiting[index]
            defer { index += 1 }
            let way = together.steps.count < limit ? travel(id) : .alone
            guard way != .alone else {
                if index < free { queue.append(id) } else { together.freed.append(id) }
                continue
            }
            together.steps.append(id)
            guard way == .together else { continue }
            for follower in followers[id - 1] { release(follower, &together, &waiting) }
        }
        return together
    }

    /// One that also follows a step of another transaction under way waits until that is committed.
    private mutating func release(
        _ follower: Int,
        _ together: inout Together,
        _ waiting: inout [Int]
    ) {
        let index = follower - 1
        open[index] -= 1
        pending[index] += 1
        if latest[index].transaction != lastNumber { latest[index] = (lastNumber, 0) }
        latest[index].count += 1
        guard open[index] == 0, results[index] == nil else { return }
        if pending[index] == latest[index].count {
            waiting.append(follower)
        } else {
            together.freed.append(follower)
        }
    }

    /// The transaction was committed: the followers of its steps may run.
    ///
    /// `awaits` says of which steps the effect is still awaited; the others are done.
    mutating func confirm(
        _ together: Together,
        _ travel: (Int) -> Travel,
        awaits: (Int) -> Bool
    ) {
        for id in together.steps where !awaits(id) {
            precondition(results[id - 1] == nil, "step \(id) has a result already")
            report(id, .done)
        }
        for id in together.steps where travel(id) == .together {
            for follower in followers[id - 1] { pending[follower - 1] -= 1 }
        }
        queue += together.freed.filter { isFree($0) }
    }

    /// Steps taken together were sent and no answer came: nobody knows.
    mutating func lose(_ together: Together) {
        for id in together.steps { report(id, .unknown) }
        for id in together.steps { skipFollowers(of: id) }
    }

    /// Undoes `takeTogether`: nothing of it was carried out.
    mutating func putBack(_ together: Together, _ travel: (Int) -> Travel) {
        for id in together.steps where travel(id) == .together {
            for follower in followers[id - 1] {
                open[follower - 1] += 1
                pending[follower - 1] -= 1
            }
        }
        queue = (queue[head...] + together.steps).filter { isFree($0) }.sorted()
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

    private func isFree(_ id: Int) -> Bool {
        open[id - 1] == 0 && pending[id - 1] == 0 && results[id - 1] == nil
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
