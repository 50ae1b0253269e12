/// The less loaded of a few servers drawn at random by weight (`random(draws)`: the power of two choices).
///
/// HAProxy draws points of its consistent-hash ring; drawing servers directly gives the weights exactly
/// and needs no ring.
enum RandomDraws {
    /// With the rarest weights a draw is accepted once in 256 tries; no more than this many are made.
    private static let tries = 2048

    static func pick(
        _ request: BalancingRequest,
        inFlight: (UInt32) -> Int,
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        let servers = request.backend.servers
        var best = -1
        var bestCount = 0
        for _ in 0..<max(1, request.backend.draws) {
            let index = draw(request.backend, using: &generator)
            guard index != request.avoided else { continue }
            let count = inFlight(servers[index].slot)
            if best < 0
                || count * Int(servers[best].weight) < bestCount * Int(servers[index].weight)
            {
                best = index
                bestCount = count
            }
        }
        guard best >= 0, request.hasRoom(best, inFlight: inFlight) else {
            return request.anyServer(
                from: draw(request.backend, using: &generator),
                inFlight: inFlight
            )
        }
        return best
    }

    private static func draw(
        _ backend: BackendSnapshot,
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        let count = UInt64(backend.servers.count)
        var index = 0
        for _ in 0..<tries {
            let bits = generator.next()
            index = Int(((bits >> 32) * count) >> 32)
            if backend.hasEqualWeights { return index }
            let level = ((bits & 0xffff_ffff) * UInt64(backend.maxWeight)) >> 32
            if level < UInt64(backend.servers[index].weight) { return index }
        }
        return index
    }
}
