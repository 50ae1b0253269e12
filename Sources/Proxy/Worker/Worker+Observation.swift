/// `observe`: what requests tell of a server's health (`health_adjust`, HAProxy 2.6).
extension Worker {
    /// The connection stands.
    @inline(__always)
    func observeConnection(_ upstream: Int) {
        if connections[upstream].observer.layer == .layer4 {
            gates.servers.forgetErrors(Int(connections[upstream].slot))
        }
    }

    /// A response's status; errors of the server are those that no request can be blamed for.
    @inline(__always)
    func observe(status: Int, _ upstream: Int) {
        guard connections[upstream].observer.layer == .layer7 else { return }
        if status < 500 || status == 501 || status == 505 {
            gates.servers.forgetErrors(Int(connections[upstream].slot))
        } else {
            countError(connections[upstream].slot, connections[upstream].observer, .wrongStatus)
        }
    }

    /// Something that is wrong with the server, unless nobody looks.
    @inline(__always)
    func observe(_ failure: TrafficObservation.Failure, _ upstream: Int) {
        let observer = connections[upstream].observer
        guard observer.layer == .layer7 || observer.layer == .layer4 && failure == .connection
        else { return }
        countError(connections[upstream].slot, observer, failure)
    }

    @inline(never)
    func countError(
        _ slot: UInt32,
        _ observer: TrafficObserver,
        _ failure: TrafficObservation.Failure
    ) {
        let count = gates.servers.countError(Int(slot))
        guard count >= Int(observer.limit) else { return }
        gates.servers.forgetErrors(Int(slot))
        tellErrors(TrafficObservation(slot: slot, count: count, last: failure))
    }

    @inline(never)
    private func tellErrors(_ observation: TrafficObservation) { reports.post(observation) }
}
