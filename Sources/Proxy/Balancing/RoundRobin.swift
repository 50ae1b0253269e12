/// Takes turns in proportion to weights: a worker's place in the order of one backend.
///
/// Equal weights walk the list. Unequal ones are stride scheduling (Waldspurger 1995): each server has
/// a pass that grows by 1/weight when it is taken, and the least pass is next.
struct RoundRobin {
    private var generation = UInt64.max
    private var next = 0
    /// A binary heap, least pass first; empty while weights are equal.
    private var heap: [Turn] = []

    private struct Turn: BitwiseCopyable {
        var pass: UInt64
        var index: Int32
    }

    /// How many servers in a row may be full before the list is searched for one that is not.
    private static let patience = 16

    init() {}

    mutating func pick(
        _ request: BalancingRequest,
        inFlight: (UInt32) -> Int,
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        if request.backend.hasEqualWeights {
            let start = advance(in: request.backend)
            return request.anyServer(from: start, inFlight: inFlight)
        }
        if generation != request.backend.generation {
            rebuild(for: request.backend, using: &generator)
        }
        var first = -1
        for _ in 0..<min(Self.patience, heap.count) {
            let index = takeTurn(in: request.backend)
            if request.hasRoom(index, inFlight: inFlight) { return index }
            if first < 0 { first = index }
        }
        return request.anyServer(from: first, inFlight: inFlight)
    }

    /// The next place in the list, whatever the weights.
    mutating func advance(in backend: BackendSnapshot) -> Int {
        let place = next < backend.servers.count ? next : 0
        next = place + 1
        return place
    }

    private mutating func takeTurn(in backend: BackendSnapshot) -> Int {
        let index = Int(heap[0].index)
        heap[0].pass += Self.step(of: backend.servers[index])
        siftDown(from: 0)
        return index
    }

    private static func step(of server: ServerSnapshot) -> UInt64 {
        (1 << 32) / UInt64(max(1, server.weight))
    }

    /// Starts every server at a random place within its step: a rebuild must favour none of them.
    private mutating func rebuild(
        for backend: BackendSnapshot,
        using generator: inout some RandomNumberGenerator
    ) {
        generation = backend.generation
        heap.removeAll(keepingCapacity: true)
        for index in backend.servers.indices {
            let step = Self.step(of: backend.servers[index])
            heap.append(Turn(pass: generator.next() % step, index: Int32(index)))
        }
        for parent in stride(from: heap.count / 2 - 1, through: 0, by: -1) {
            siftDown(from: parent)
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        let moving = heap[start]
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].pass < heap[child].pass { child += 1 }
            guard heap[child].pass < moving.pass else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = moving
    }
}
