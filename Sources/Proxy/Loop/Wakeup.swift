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
