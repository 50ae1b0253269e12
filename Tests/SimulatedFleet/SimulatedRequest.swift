import Proxy

/// One HTTP request as the real router and balancer read it.
struct SimulatedRequest {
    private let bytes: [UInt8]
    private let head: RequestHead

    init(host: String, path: String) {
        bytes = Array("GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)
        var head = RequestHead()
        let (pathCount, hostCount) = (Int32(path.utf8.count), Int32(host.utf8.count))
        head.method = RequestHead.Part(start: 0, count: 3)
        head.target = RequestHead.Part(start: 4, count: pathCount)
        head.path = head.target
        let fieldStart = 4 + pathCount + 11
        head.host = RequestHead.Part(start: fieldStart + 6, count: hostCount)
        let name = RequestHead.Part(start: fieldStart, count: 4)
        precondition(head.fields.append(name: name, value: head.host), "one field fits any table")
        head.byteCount = bytes.count
        self.head = head
    }

    /// The number of the backend the first frontend sends it to, or -1.
    func backend(in snapshot: RoutingSnapshot) -> Int32 {
        guard !snapshot.frontends.isEmpty else { return -1 }
        return Router.backend(
            for: head,
            in: bytes.span,
            frontend: snapshot.frontends[0],
            snapshot: snapshot
        )
    }

    func key(for backend: BackendSnapshot) -> HashKey {
        HashKey.of(head, in: bytes.span, source: SocketAddress(), for: backend)
    }
}
