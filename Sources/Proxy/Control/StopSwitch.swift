import Synchronization

/// Ends a running proxy: by signal, or from any thread as a signal would.
package final class StopSwitch: Sendable {
    let wakeup = Wakeup()
    let signals: SignalDescriptor?
    private let request = Mutex<StopRequest?>(nil)

    /// Catching signals blocks them for this thread and those it starts, so do it before any starts.
    package init(catchesSignals: Bool) {
        signals = catchesSignals ? SignalDescriptor() : nil
    }

    /// Asks the control thread to stop at once, or to finish what is in progress first.
    package func ask(for request: StopRequest) {
        self.request.withLock { $0 = request }
        wakeup.signal()
    }

    /// What was asked for since the last call.
    func next() -> StopRequest? {
        while let signal = signals?.next() {
            if signal != .child { return signal }
        }
        wakeup.clear()
        return request.withLock { request in
            defer { request = nil }
            return request
        }
    }
}
