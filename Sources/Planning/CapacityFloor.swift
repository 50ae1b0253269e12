import Model

/// Keeps the weight that takes traffic above a backend's `minCapacity` at every prefix and interleaving.
///
/// Steps of different servers may overtake each other, so it adds up what is lost in the worst order.
struct CapacityFloor {
    /// Weight in service when the plan was made.
    let now: Int
    /// What may not be gone below.
    let floor: Int
    /// Weight in service in the worst order of everything accepted so far.
    private(set) var least: Int

    init(_ observed: ObservedBackend, minCapacity percent: Int) {
        now = observed.servers.values.reduce(0) { $0 + $1.servingWeight }
        floor = (now * percent + 99) / 100
        least = now
    }

    /// Counts chains that only add capacity and that everything else waits for.
    mutating func raise(by gain: Int) { least += gain }

    /// Accepts a loss that stays, or refuses it.
    mutating func accept(loss: Int) -> Bool {
        guard loss == 0 || least - loss >= floor else { return false }
        least -= loss
        return true
    }

    /// Which of these chains may run, in which order, and how many of them at once.
    struct Choice {
        var accepted: [ServerChain] = []
        var lanes = 0
        var refused: [ServerChain] = []
    }

    /// Accepts chains that take a server out and bring it back, at most `limit` of them under way at once.
    ///
    /// What a chain loses for good counts from the start, what it gives back only while it is under way.
    /// If even one at a time that is too much in the worst order, the best order is looked for.
    mutating func choose(dips: [ServerChain], atOnce limit: Int) -> Choice {
        guard limit > 0 else { return Choice(refused: dips) }
        let lasting = dips.reduce(0) { $0 + max(0, $1.loss - $1.gain) }
        let lanes = lanes(dips, lasting: lasting, atOnce: limit)
        guard lanes > 0 else { return sequence(dips) }
        least += dips.reduce(0) { $0 + $1.gain - $1.loss }
        return Choice(accepted: dips, lanes: lanes)
    }

    private func lanes(_ dips: [ServerChain], lasting: Int, atOnce limit: Int) -> Int {
        guard lasting == 0 || least - lasting >= floor else { return 0 }
        let passing = dips.map { min($0.loss, $0.gain) }.sorted(by: >)
        var room = least - lasting - floor
        var width = 0
        while width < min(limit, passing.count), passing[width] == 0 || room >= passing[width] {
            room -= passing[width]
            width += 1
        }
        return width
    }

    /// One after the other: first those that give back more than they take, the cheapest of them first,
    /// then the others, those that give back most first.
    private mutating func sequence(_ dips: [ServerChain]) -> Choice {
        let giving = dips.filter { $0.gain >= $0.loss }.sorted { $0.loss < $1.loss }
        let taking = dips.filter { $0.gain < $0.loss }.sorted { $0.gain > $1.gain }
        var choice = Choice()
        for chain in giving + taking {
            guard least - chain.loss >= floor else {
                choice.refused.append(chain)
                continue
            }
            least += chain.gain - chain.loss
            choice.accepted.append(chain)
        }
        choice.lanes = choice.accepted.isEmpty ? 0 : 1
        return choice
    }
}

extension ObservedServer {
    /// What this server adds to the capacity of its backend.
    var servingWeight: Int { isServing && !isBackup ? weight.value : 0 }
}
