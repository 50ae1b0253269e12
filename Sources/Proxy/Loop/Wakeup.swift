import CProxyShims
import Glibc

/// A descriptor by which one thread wakes another out of its wait.
package struct Wakeup: ~Copyable, Sendable {
    package let descriptor: Descriptor

    package init() {
        let number = proxy_eventfd()
        precondition(number >= 0, "no descriptor left for eventfd")
        descriptor = Descriptor(number)
    }

    deinit { descriptor.close() }

    /// Makes the descriptor readable.
    package func signal() {
        var one: UInt64 = 1
        _ = unsafe write(descriptor.number, &one, 8)
    }

    /// Makes it unreadable again.
    package func clear() {
        var value: UInt64 = 0
        _ = unsafe read(descriptor.number, &value, 8)
    }
}

/// The process's signals as a descriptor; made before any thread starts, because threads inherit the mask.
package struct SignalDescriptor: ~Copyable {
    /// What a process manager asks for.
    package enum Request { case stop, drain, status }

    package let descriptor: Descriptor

    package init() {
        signal(SIGPIPE, SIG_IGN)
        let signals = [SIGTERM, SIGINT, SIGUSR1, SIGHUP, 0]
        descriptor = Descriptor(unsafe proxy_signal_descriptor(signals))
    }

    deinit { if descriptor.number >= 0 { descriptor.close() } }

    /// The next request, or nil when none waits.
    package func next() -> Request? {
        switch proxy_next_signal(descriptor.number) {
        case SIGTERM, SIGINT: .stop
        case SIGUSR1: .drain
        case SIGHUP: .status
        default: nil
        }
    }
}
