import CProxyShims
import Glibc

/// What a process manager asks for.
package enum StopRequest: Sendable {
    case stop, drain, status
    /// Start a successor.
    case replace
    /// A child ended.
    case child
}

/// The process's signals as a descriptor; made before any thread starts, because threads inherit the mask.
package final class SignalDescriptor: Sendable {
    package let descriptor: Descriptor

    package init() {
        signal(SIGPIPE, SIG_IGN)
        let signals = [SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP, SIGCHLD, 0]
        descriptor = Descriptor(unsafe proxy_signal_descriptor(signals))
    }

    deinit { if descriptor.number >= 0 { descriptor.close() } }

    /// The next request, or nil when none waits.
    package func next() -> StopRequest? {
        switch proxy_next_signal(descriptor.number) {
        case SIGTERM, SIGINT: .stop
        case SIGUSR1: .drain
        case SIGHUP: .status
        case SIGUSR2: .replace
        case SIGCHLD: .child
        default: nil
        }
    }
}
