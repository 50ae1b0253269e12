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

    /// How many of these chains may be under way at once, at most `limit`, and accepts them; 0 for none.
    ///
    /// What a chain loses for good counts from the start, what it gives back only while it is under way.
    mutating func accept(dips: [ServerChain], atOnce limit: Int) -> Int {
        let lasting = dips.reduce(0) { $0 + max(0, $1.loss - $1.gain) }
        let passing = dips.map { min($0.loss, $0.gain) }.sorted(by: >)
        guard lasting == 0 || least - lasting >= floor else { return 0 }
        var room = least - lasting - floor
        var width = 0
        while width < min(limit, passing.count), passing[width] == 0 || room >= passing[width] {
            room -= passing[width]
            width += 1
        }
        if width > 0 { least -= lasting }
        return width
    }
}

extension ObservedServer {
    /// What this server adds to the capacity of its backend.
    var servingWeight: Int { isServing && !isBackup ? weight.value : 0 }
}
