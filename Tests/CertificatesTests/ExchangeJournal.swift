import Certificates
import Foundation
import Synchronization

/// Looks at every request to an authority: whether any went out before the moment that it had named.
final class ExchangeJournal: Sendable {
    private struct State {
        var early: [String] = []
        var rejectedNonces = 0
        /// By URL; the whole authority's under the empty one.
        var notBefore: [String: Int] = [:]
        var requests = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int

    init(now: @escaping @Sendable () -> Int = { Int(Date.now.timeIntervalSince1970) }) {
        self.now = now
    }

    /// Requests that went out too early.
    var early: [String] { state.withLock { $0.early } }
    /// Answers that refused a nonce.
    var rejectedNonces: Int { state.withLock { $0.rejectedNonces } }
    /// Requests in all.
    var requests: Int { state.withLock { $0.requests } }

    func fetch(through fetch: @escaping ACMEFetch) -> ACMEFetch {
        { request in
            self.note(request)
            let response = try await fetch(request)
            self.note(response, to: request)
            return response
        }
    }

    private func note(_ request: ACMERequest) {
        let now = now()
        state.withLock { state in
            state.requests += 1
            for key in ["", request.url] where now < state.notBefore[key] ?? 0 {
                state.early.append("\(request.method.rawValue) \(request.url)")
            }
        }
    }

    private func note(_ response: ACMEResponse, to request: ACMERequest) {
        let text = String(decoding: response.body, as: UTF8.self)
        let now = now()
        state.withLock { state in
            if text.contains("badNonce") { state.rejectedNonces += 1 }
            guard let field = response.fields["retry-after"], let seconds = Int(field) else {
                return
            }
            let isForAll = [429, 503].contains(response.status)
            state.notBefore[isForAll ? "" : request.url] = now + seconds
        }
    }
}
