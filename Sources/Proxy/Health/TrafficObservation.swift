/// So many errors in a row in the traffic of one server that its `on-error` is to act.
package struct TrafficObservation: Hashable, Sendable {
    /// What the last of them was (`enum hana_status`, HAProxy 2.6).
    package enum Failure: UInt8, Hashable, Sendable {
        case connection, wrongStatus, invalidHeader, readError, timeout, closed

        /// HAProxy's words.
        var text: String {
            switch self {
            case .connection: "L4 unsuccessful connection"
            case .wrongStatus: "Wrong http response"
            case .invalidHeader: "Invalid http response (headers)"
            case .readError: "Read error (http)"
            case .timeout: "Read timeout (http)"
            case .closed: "Close from server (http)"
            }
        }
    }

    package let slot: UInt32
    package let count: Int
    package let last: Failure

    package init(slot: UInt32, count: Int, last: Failure) {
        self.slot = slot
        self.count = count
        self.last = last
    }

    /// `last_chk`.
    var detail: String { "Detected \(count) consecutive errors, last one was: \(last.text)" }
}

/// `observe` of a server and what belongs to it (configuration.txt §5.2).
package struct TrafficObserver: BitwiseCopyable, Sendable {
    /// Whose errors count.
    package enum Layer: UInt8, BitwiseCopyable, Sendable { case none, layer4, layer7 }

    package var layer = Layer.none
    /// Errors in a row (`error-limit`).
    package var limit: UInt32 = 10

    package init() {}
}
