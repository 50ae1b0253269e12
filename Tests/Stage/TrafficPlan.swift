/// What the clients ask for and where, and which origins stand behind the proxies.
package struct TrafficPlan: Sendable {
    /// A server that answers every request with its name.
    package struct Origin: Sendable {
        package let name: String
        /// 0 lets the kernel choose; `Traffic.originPorts` tells.
        package var port: UInt16

        package init(name: String, port: UInt16 = 0) {
            self.name = name
            self.port = port
        }
    }

    /// One kind of request; the clients take them in turn.
    package struct Request: Sendable {
        package var host: String
        package var path: String

        package init(host: String, path: String = "/") {
            self.host = host
            self.path = path
        }
    }

    package var origins: [Origin] = []
    /// Ports of the proxies, on 127.0.0.1.
    package var targets: [UInt16] = []
    /// Connections to each target: all busy in a closed loop, an upper bound at a given rate.
    package var connections = 8
    /// Requests a second to each target; nil asks again as soon as an answer is there.
    package var rate: Int?
    /// Never sleep, so that at a given rate every request leaves when it is due, and nobody pays for a wake-up;
    /// costs the whole core.
    package var spins = false
    package var requests = [Request(host: "127.0.0.1")]
    /// Bytes of an answer's body.
    package var bodySize = 1024
    /// A new connection for every request.
    package var closesConnections = false
    /// The core the thread stays on.
    package var cpu: Int?
    /// A request without an answer for so long has failed.
    package var timeout: Duration = .seconds(5)

    package init() {}
}
