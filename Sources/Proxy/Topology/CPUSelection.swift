/// `cpu-set` directives: which CPUs may be used, one after the other (configuration.txt §3.1, HAProxy 3.2).
package struct CPUSelection: Hashable, Sendable {
    /// What the numbers of a directive name.
    package enum Subject: String, Hashable, Sendable { case cpu, node, cluster, core, thread }

    /// One directive.
    package struct Step: Hashable, Sendable {
        package let subject: Subject
        /// `only-…` instead of `drop-…`.
        package let keeps: Bool
        package let numbers: Set<Int>
    }

    package private(set) var steps: [Step] = []
    /// `reset`: what the process was bound to does not count.
    package private(set) var ignoresAffinity = false

    package init() {}

    package var isEmpty: Bool { steps.isEmpty && !ignoresAffinity }

    /// The words behind `cpu-set`.
    ///
    /// - Throws: What is wrong with them.
    package mutating func add(_ words: ArraySlice<String>) throws(RuleMistake) {
        var rest = words
        guard !rest.isEmpty else { throw RuleMistake("expects 'reset', 'drop-…' or 'only-…'") }
        while let word = rest.popFirst() {
            if word == "reset" {
                ignoresAffinity = true
                continue
            }
            let parts = word.split(separator: "-", maxSplits: 1).map(String.init)
            guard parts.count == 2, ["drop", "only"].contains(parts[0]),
                let subject = Subject(rawValue: parts[1])
            else { throw RuleMistake("unknown directive '\(word)'") }
            guard let text = rest.popFirst(), let numbers = CPUSet.parse(text) else {
                throw RuleMistake("'\(word)' expects a set of numbers such as '0-3,8'")
            }
            steps.append(
                Step(subject: subject, keeps: parts[0] == "only", numbers: Set(numbers))
            )
        }
    }

    /// What is left of a machine's CPUs, in their order.
    package func apply(to machine: Machine) -> [CPU] {
        var left = machine.cpus.filter { ignoresAffinity || !$0.isExcluded }
        for step in steps {
            left.removeAll { step.numbers.contains(step.subject.number(of: $0)) != step.keeps }
        }
        return left
    }
}

extension CPUSelection.Subject {
    fileprivate func number(of cpu: CPU) -> Int {
        switch self {
        case .cpu: cpu.number
        case .node: cpu.node
        case .cluster: cpu.localCluster
        case .core: cpu.core
        case .thread: cpu.thread
        }
    }
}
