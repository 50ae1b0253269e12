/// Chooses a server for each request of one worker, for every algorithm.
///
/// Holds what an algorithm remembers between requests; each worker owns one, so nothing is shared.
/// Neither allocates nor counts references unless a backend's generation changed since the last pick.
package struct LoadBalancer: ~Copyable {
    /// By backend number.
    private var turns: [RoundRobin] = []
    /// By backend number; used by static algorithms.
    private var maps: [ServerMap] = []
    /// By backend number; used by `leastconn`.
    private var least: [LeastConnections] = []

    package init() {}

    /// The index of a server in `backend.servers`, or -1 when there is none.
    ///
    /// A server at its maxconn is left out while another can take the request, except under hashing, where
    /// the request belongs to that server and has to queue.
    ///
    /// `number` is the backend's, under which this worker remembers its turn; `key` counts only under
    /// hashing; `avoided` is the index of a server that just failed, taken only when there is no other,
    /// or -1; `inFlight` tells the requests in progress on a slot, over all workers.
    package mutating func pick(
        backend number: Int,
        _ backend: BackendSnapshot,
        key: HashKey,
        avoiding avoided: Int = -1,
        inFlight: (UInt32) -> Int,
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        guard backend.servers.count > 1 else { return backend.servers.isEmpty ? -1 : 0 }
        let request = BalancingRequest(backend: backend, avoided: avoided)
        switch backend.algorithm {
        case .consistentHash where key.isPresent:
            return ConsistentHash.pick(request, key: key, inFlight: inFlight)
        case .first:
            return First.pick(request, inFlight: inFlight)
        case .random:
            return RandomDraws.pick(request, inFlight: inFlight, using: &generator)
        case .leastConnections:
            makeRoom(for: number)
            let start = turns[number].advance(in: backend)
            return least[number].pick(request, from: start, inFlight: inFlight)
        case .mapHash, .staticRoundRobin:
            makeRoom(for: number)
            maps[number].follow(backend)
            guard key.isPresent, backend.algorithm == .mapHash else {
                return maps[number].takeTurn(request, inFlight: inFlight)
            }
            let server = maps[number].server(for: key)
            let isKept =
                !backend.rehashesFullServers || request.hasRoom(server, inFlight: inFlight)
            return server != avoided && isKept
                ? server : maps[number].takeTurn(request, inFlight: inFlight)
        case .roundRobin, .consistentHash:
            makeRoom(for: number)
            return turns[number].pick(request, inFlight: inFlight, using: &generator)
        }
    }

    private mutating func makeRoom(for number: Int) {
        while turns.count <= number {
            turns.append(RoundRobin())
            maps.append(ServerMap())
            least.append(LeastConnections())
        }
    }
}

/// What every algorithm is asked: which servers there are and which one to avoid.
struct BalancingRequest: BitwiseCopyable {
    let backend: BackendSnapshot
    let avoided: Int

    /// Whether a server may take one more request now.
    @inline(__always)
    func hasRoom(_ index: Int, inFlight: (UInt32) -> Int) -> Bool {
        let server = backend.servers[index]
        return index != avoided
            && (server.maxconn == 0 || inFlight(server.slot) < Int(server.maxconn))
    }

    /// Some server with room, else any but the avoided one: the answer when an algorithm found none.
    func anyServer(from start: Int, inFlight: (UInt32) -> Int) -> Int {
        let count = backend.servers.count
        for offset in 0..<count {
            let index = (start + offset) % count
            if hasRoom(index, inFlight: inFlight) { return index }
        }
        return start % count == avoided ? (start + 1) % count : start % count
    }
}
