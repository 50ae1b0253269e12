import Model

/// Collects steps in an order that is safe at every prefix, with the dependencies that bind those that
/// may otherwise overtake each other.
///
/// Steps of one server always follow each other.
struct StepOrder {
    private(set) var steps: [Step] = []
    /// Steps and the steps they name, added up: what tests hold against the size of the input.
    private(set) var work = 0
    private var lastOfServer: [ServerPath: Int] = [:]

    /// Appends one change and gives its id.
    @discardableResult
    mutating func add(_ change: Change, origin: Origin, after prerequisites: [Int] = []) -> Int {
        let id = steps.count + 1
        var after = prerequisites
        if let server = change.server {
            if let last = lastOfServer[server] { after.append(last) }
            lastOfServer[server] = id
        }
        if after.count > 1 { after = Set(after).sorted() }
        steps.append(Step(id: id, change: change, origin: origin, after: after))
        work += 1 + after.count
        return id
    }

    /// Appends the changes of a chain, each after the one before; gives the ids of the first and the last.
    @discardableResult
    mutating func add(_ chain: ServerChain, after prerequisites: [Int] = []) -> ClosedRange<Int> {
        precondition(!chain.changes.isEmpty, "a chain without changes has no first step")
        let first = steps.count + 1
        var after = prerequisites
        for change in chain.changes {
            let id = add(change, origin: chain.origin, after: after)
            after = [id]
        }
        return first...steps.count
    }

    /// Ids of the steps that no other step waits for.
    var ends: [Int] {
        var isEnd = Array(repeating: true, count: steps.count + 1)
        for step in steps {
            for id in step.after { isEnd[id] = false }
        }
        return steps.map(\.id).filter { isEnd[$0] }
    }
}

/// Changes that happen one after the other, and what they do to the capacity of their backend.
struct ServerChain {
    let path: ServerPath
    let origin: Origin
    var changes: [Change]
    /// Weight that takes traffic before and, for a while or for good, not after.
    var loss = 0
    /// Weight that is known to take traffic when the last change is done.
    var gain = 0
    /// What must be awaited as well before `gain` may be counted upon.
    var proof: Change?

    /// The chain with its proof, for those who count on it.
    var proven: ServerChain {
        var chain = self
        if let proof { chain.changes.append(proof) }
        chain.proof = nil
        return chain
    }
}
