/// The first server with room, in the order of their ids (`first`), so that the others can be switched off.
enum First {
    static func pick(_ request: BalancingRequest, inFlight: (UInt32) -> Int) -> Int {
        request.anyServer(from: 0, inFlight: inFlight)
    }
}
