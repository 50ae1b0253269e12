package import PlanSearch
package import Simulation

/// The planner against the search, on the world of one seed.
package struct SearchTrial: Sendable {
    package let seed: Seed
    package let world: SearchWorld
    package let answer: CheapestList.Answer
    package let plan: PlanReplay.Result
    /// What the planner has to be ashamed of; nil for nothing.
    package private(set) var complaint: String?

    package init(_ seed: Seed) {
        self.seed = seed
        var generator = seed.generator
        world = SearchWorld(using: &generator)
        answer = CheapestList(world).answer()
        let replay = PlanReplay(world)
        plan = replay.run(using: &generator)
        complaint = plan.complaint ?? shame
        for _ in 0..<3 where complaint == nil {
            complaint = replay.runAnyhow(using: &generator).complaint
        }
    }

    private var shame: String? {
        switch answer {
        case .unknown: "the search gave up"
        case .impossible: plan.isPostponed ? nil : "the search finds no list at all"
        case .cost(let cheapest):
            if plan.isPostponed {
                "postponed, and a safe list exists: \(cheapest)"
            } else if plan.cost != cheapest {
                "costs \(plan.cost), the cheapest costs \(cheapest)"
            } else {
                nil
            }
        }
    }

    /// The world and the list in words.
    package var details: String {
        "\(world)\n" + plan.list.map { "  \($0)\n" }.joined()
    }
}

/// What many trials came to.
package struct SearchTally: Sendable, CustomStringConvertible {
    package private(set) var complaints = 0
    private var equal = 0
    private var postponed = 0
    private var empty = 0
    private var operations: [Int: Int] = [:]

    package init() {}

    /// Counts one more.
    package mutating func add(_ trial: SearchTrial) {
        if trial.complaint != nil { complaints += 1 }
        if trial.plan.isPostponed {
            postponed += 1
            return
        }
        equal += trial.complaint == nil ? 1 : 0
        empty += trial.plan.cost.operations == 0 ? 1 : 0
        operations[trial.plan.cost.operations, default: 0] += 1
    }

    package var description: String {
        let deep = operations.reduce(0) { $1.key >= 6 ? $0 + $1.value : $0 }
        let deepest = operations.keys.max() ?? 0
        return """
            \(complaints) complaints
            \(equal) plans cost as little as the cheapest list there is, \(empty) of them nothing
            \(deep) of them have 6 operations or more, the longest \(deepest)
            \(postponed) have to wait, and no safe list leads there either
            """
    }
}
