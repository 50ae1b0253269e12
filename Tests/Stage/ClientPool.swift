/// Which targets get requests, when the next is due, and which connections are idle.
struct ClientPool {
    /// One proxy as the clients see it.
    struct Target {
        let port: UInt16
        /// False once the owner took it off the list: nothing new is sent.
        var isWanted = true
        /// When the next request is due at a given rate, in nanoseconds.
        var nextDue: Int64 = -1_000_000_000
        var open = 0
        var idle: [Int32] = []
        /// The next request of the plan.
        var turn = 0
    }

    private(set) var wanted: [UInt16] = []
    var targets: [Target] = []
    private let requestCount: Int

    init(plan: TrafficPlan) {
        requestCount = plan.requests.count
        targets = plan.targets.map {
            var target = Target(port: $0)
            target.isWanted = false
            return target
        }
    }

    /// Follows the owner's list; a target keeps its number once it has one.
    mutating func retarget(_ ports: [UInt16]) {
        guard ports != wanted else { return }
        wanted = ports
        for index in targets.indices {
            targets[index].isWanted = ports.contains(targets[index].port)
        }
        for port in ports where !targets.contains(where: { $0.port == port }) {
            targets.append(Target(port: port))
        }
    }

    /// The number of the request to send next.
    mutating func nextRequest(of target: Int) -> Int {
        let turn = targets[target].turn
        targets[target].turn = (turn + 1) % requestCount
        return turn
    }
}
