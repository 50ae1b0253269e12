/// The server with the fewest requests in progress for its weight (`leastconn`).
///
/// Compares as HAProxy 2.6 does (`fwlc_srv_reposition`): idle servers are equal whatever they weigh, the
/// others count one more than they have. Up to `exactLimit` servers every one is looked at, so the answer is
/// exact over all workers and equals take turns. Above, a worker keeps a heap: what it finds on top is looked
/// at again before it is taken, and with each pick a few of the others are, so a server that became idle
/// meanwhile is noticed after count / `sweep` picks at the latest. That is the deviation from HAProxy.
struct LeastConnections {
    static let exactLimit = 64
    private static let sweep = 8
    /// How often the top of the heap may turn out busier than it was before what is there is taken.
    private static let patience = 32

    private struct Entry: BitwiseCopyable {
        var load: UInt64
        /// Servers of the same load are taken in the order they came to it.
        var turn: UInt32
        var index: Int32
    }

    private var generation = UInt64.max
    private var heap: [Entry] = []
    /// Where each server is in the heap.
    private var positions: [Int32] = []
    private var turn: UInt32 = 0
    private var swept = 0

    init() {}

    mutating func pick(_ request: BalancingRequest, from start: Int, inFlight: (UInt32) -> Int)
        -> Int
    {
        if request.backend.servers.count <= Self.exactLimit {
            return Self.scan(request, from: start, inFlight: inFlight)
        }
        if generation != request.backend.generation { rebuild(request, inFlight: inFlight) }
        for _ in 0..<Self.sweep {
            swept = swept + 1 < positions.count ? swept + 1 : 0
            renew(swept, request, inFlight: inFlight)
        }
        for _ in 0..<Self.patience {
            let index = Int(heap[0].index)
            let before = heap[0].load
            renew(index, request, inFlight: inFlight)
            guard heap[0].load <= before, request.hasRoom(index, inFlight: inFlight) else {
                // A full server waits at the end until a sweep finds it with room.
                if !request.hasRoom(index, inFlight: inFlight) {
                    place(index, load: UInt64.max)
                }
                continue
            }
            place(index, load: Self.load(request, index, extra: 1, inFlight: inFlight))
            return index
        }
        return request.anyServer(from: start, inFlight: inFlight)
    }

    /// (requests + 1) / weight, scaled; nothing for an idle server.
    private static func load(
        _ request: BalancingRequest,
        _ index: Int,
        extra: Int = 0,
        inFlight: (UInt32) -> Int
    ) -> UInt64 {
        let server = request.backend.servers[index]
        let count = inFlight(server.slot) + extra
        return count <= 0 ? 0 : UInt64(count + 1) << 20 / UInt64(max(1, server.weight))
    }

    // MARK: Few servers

    private static func scan(
        _ request: BalancingRequest,
        from start: Int,
        inFlight: (UInt32) -> Int
    ) -> Int {
        let servers = request.backend.servers
        var best = -1
        var bestLoad = 0
        var bestWeight = 1
        for offset in 0..<servers.count {
            var index = start + offset
            if index >= servers.count { index -= servers.count }
            let server = servers[index]
            let count = inFlight(server.slot)
            guard index != request.avoided, server.maxconn == 0 || count < Int(server.maxconn)
            else { continue }
            let load = count == 0 ? 0 : count + 1
            let weight = Int(server.weight)
            if best < 0 || load * bestWeight < bestLoad * weight {
                best = index
                bestLoad = load
                bestWeight = weight
            }
            if load == 0 { break }
        }
        return best < 0 ? request.anyServer(from: start, inFlight: inFlight) : best
    }

    // MARK: The heap

    private mutating func rebuild(_ request: BalancingRequest, inFlight: (UInt32) -> Int) {
        generation = request.backend.generation
        heap.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        for index in request.backend.servers.indices {
            let load = Self.load(request, index, inFlight: inFlight)
            heap.append(Entry(load: load, turn: UInt32(index), index: Int32(index)))
            positions.append(Int32(index))
        }
        turn = UInt32(heap.count)
        for parent in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(from: parent) }
    }

    private mutating func renew(
        _ index: Int,
        _ request: BalancingRequest,
        inFlight: (UInt32) -> Int
    ) {
        let load = Self.load(request, index, inFlight: inFlight)
        if load != heap[Int(positions[index])].load { place(index, load: load) }
    }

    /// Puts a server where its load says, behind those that have the same.
    private mutating func place(_ index: Int, load: UInt64) {
        let position = Int(positions[index])
        turn &+= 1
        heap[position].load = load
        heap[position].turn = turn
        sink(from: rise(from: position))
    }

    @inline(__always)
    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.load != right.load
            ? left.load < right.load : Int32(bitPattern: left.turn &- right.turn) < 0
    }

    private mutating func rise(from start: Int) -> Int {
        var position = start
        let moving = heap[start]
        while position > 0 {
            let parent = (position - 1) / 2
            guard Self.precedes(moving, heap[parent]) else { break }
            put(heap[parent], at: position)
            position = parent
        }
        put(moving, at: position)
        return position
    }

    private mutating func sink(from start: Int) {
        var parent = start
        let moving = heap[start]
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
            guard Self.precedes(heap[child], moving) else { break }
            put(heap[child], at: parent)
            parent = child
        }
        put(moving, at: parent)
    }

    @inline(__always)
    private mutating func put(_ entry: Entry, at position: Int) {
        heap[position] = entry
        positions[Int(entry.index)] = Int32(position)
    }
}
