import Synchronization

/// Collects reasons to act until a loop takes them: a thousand in a second are one.
///
/// Holds each reason at most once, so it needs no bound and nobody waits to add one. One taker only.
package final class Inbox<Reason: Hashable & Sendable>: Sendable {
    private struct State {
        var pending: Set<Reason> = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Adds a reason; returns at once, from any thread.
    package func add(_ reason: Reason) {
        let waiter = state.withLock { state in
            state.pending.insert(reason)
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// What came in, at the latest after `limit`; empty when nothing did or the task was cancelled.
    package func take(within limit: Duration, on uptime: Uptime) async -> Set<Reason> {
        let early = drain()
        guard early.isEmpty, limit > .zero else { return early }
        await withTaskGroup { group in
            group.addTask { await self.wait() }
            group.addTask { try? await uptime.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return drain()
    }

    private func drain() -> Set<Reason> {
        state.withLock { state in
            defer { state.pending = [] }
            return state.pending
        }
    }

    /// Returns when something is pending or the task is cancelled.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // A cancellation that comes after this check finds the waiter and resumes it.
                    if !state.pending.isEmpty || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }
}
