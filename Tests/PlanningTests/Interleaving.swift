import Planning

/// An order in which an applier may run steps: any that keeps every step after those it names.
enum Interleaving {
    static func random(
        of steps: [Step],
        using generator: inout some RandomNumberGenerator
    ) -> [Step] {
        var waiting = steps
        var done: Set<Int> = []
        var order: [Step] = []
        while !waiting.isEmpty {
            let ready = waiting.indices.filter { done.isSuperset(of: waiting[$0].after) }
            guard let index = ready.randomElement(using: &generator) else { return order }
            let step = waiting.remove(at: index)
            done.insert(step.id)
            order.append(step)
        }
        return order
    }
}
