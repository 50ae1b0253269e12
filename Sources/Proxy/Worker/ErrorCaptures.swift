import Synchronization

/// The last invalid request of each frontend and the last invalid response of each backend, for `show errors`.
///
/// Workers keep one when they refuse it, which is seldom; of each at most `ErrorCapture.limit` bytes.
package final class ErrorCaptures: Sendable {
    private struct State {
        var count = 0
        var requests: [Int32: ErrorCapture] = [:]
        var responses: [Int32: ErrorCapture] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Keeps an error in place of the last one of its proxy.
    package func keep(_ capture: ErrorCapture) {
        state.withLock { state in
            var capture = capture
            capture.number = state.count
            state.count += 1
            if capture.isResponse {
                state.responses[capture.backend] = capture
            } else {
                state.requests[capture.frontend] = capture
            }
        }
    }

    /// How many there were, and the last ones in no order.
    var all: (count: Int, captures: [ErrorCapture]) {
        state.withLock { state in
            (state.count, Array(state.requests.values) + Array(state.responses.values))
        }
    }
}

/// One message that was refused.
package struct ErrorCapture: Hashable, Sendable {
    /// More than this of a message is not kept.
    static let limit = 16_384

    package var isResponse = false
    /// Counts all of them.
    package var number = 0
    /// Local time in milliseconds since 1970.
    package var time = 0
    package var frontend: Int32 = 0
    /// -1 when none was chosen yet.
    package var backend: Int32 = -1
    package var server: SessionRow.Server?
    package var source = "-"
    /// What had been received, as far as it is kept.
    package var bytes: [UInt8] = []
    /// How much had been received.
    package var length = 0

    package init() {}
}
