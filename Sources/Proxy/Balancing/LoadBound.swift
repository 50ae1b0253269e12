/// `hash-balance-factor` and `hash-preserve-affinity`: when a hashed request leaves the server it belongs to.
///
/// Bounded load as in HAProxy (`chash_server_is_eligible`, 2.6): no server has more than its share by weight of
/// factor percent of all requests in progress in the backend, the new one included, and each may have one.
struct LoadBound: BitwiseCopyable {
    /// Requests in progress that all servers together may have; 0 without a bound.
    private let places: Int
    private let totalWeight: Int
    private let followsMaxconn: Bool

    /// Adds up over all servers when there is a factor: that is what the factor is about.
    init(_ backend: BackendSnapshot, inFlight: (UInt32) -> Int) {
        followsMaxconn = backend.rehashesFullServers
        guard backend.balanceFactor > 0 else {
            places = 0
            totalWeight = 0
            return
        }
        var count = 1
        var weight = 0
        for index in backend.servers.indices {
            let server = backend.servers[index]
            count += inFlight(server.slot)
            weight += Int(server.weight)
        }
        places = (count * Int(backend.balanceFactor) + 99) / 100
        totalWeight = max(1, weight)
    }

    /// Whether a server may take one more.
    @inline(__always)
    func allows(_ index: Int, _ request: BalancingRequest, inFlight: (UInt32) -> Int) -> Bool {
        if followsMaxconn, !request.hasRoom(index, inFlight: inFlight) { return false }
        guard places > 0 else { return true }
        let server = request.backend.servers[index]
        var before = 0
        for earlier in 0..<index { before += Int(request.backend.servers[earlier].weight) }
        let weight = Int(server.weight)
        let rest = places % totalWeight
        var share = weight * (places / totalWeight)
        share += (before + weight) * rest / totalWeight - before * rest / totalWeight
        return inFlight(server.slot) < max(1, share)
    }
}
