/// The server with the fewest requests in progress for its weight (`leastconn`).
///
/// Compares as HAProxy 2.6 does (`fwlc_srv_reposition`): idle servers are equal whatever they weigh, the
/// others count one more than they have. Counts are exact over all workers, and equals take turns.
enum LeastConnections {
    static func pick(_ request: BalancingRequest, from start: Int, inFlight: (UInt32) -> Int) -> Int
    {
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
}
