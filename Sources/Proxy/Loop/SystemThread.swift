import CProxyShims
import Glibc

/// A thread of the operating system, joined once.
package struct SystemThread: ~Copyable {
    private let thread: pthread_t

    private final class Start {
        let body: @Sendable () -> Void
        let cpu: Int?

        init(cpu: Int?, body: @escaping @Sendable () -> Void) {
            self.cpu = cpu
            self.body = body
        }
    }

    /// Runs `body` on a new thread, bound to `cpu` if one is given.
    package init(cpu: Int? = nil, _ body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(cpu: cpu, body: body)).toOpaque()
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                if let cpu = start.cpu { _ = proxy_pin_thread(Int32(cpu)) }
                start.body()
                return nil
            },
            start
        )
        precondition(result == 0, "the system gives no more threads")
        self.thread = thread
    }

    /// Waits until the thread has ended.
    package consuming func join() { _ = pthread_join(thread, nil) }

    fileprivate consuming func release() -> pthread_t { thread }

    /// How many CPUs the process may use.
    package static var cpuCount: Int { Int(proxy_cpu_count()) }

    /// The number of the `index`-th CPU the process may use.
    package static func cpu(_ index: Int) -> Int? {
        let cpu = proxy_cpu(Int32(index))
        return cpu < 0 ? nil : Int(cpu)
    }

    /// Allows as many descriptors as the hard limit does, at most a million; returns that many.
    package static func raiseDescriptorLimit() -> Int {
        let resource = __rlimit_resource_t(7)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return 1024 }
        // Tables are indexed by descriptor, and "unlimited" is not a size for a table.
        limit.rlim_cur = min(limit.rlim_max, 1 << 20)
        _ = unsafe setrlimit(resource, &limit)
        _ = unsafe getrlimit(resource, &limit)
        return Int(clamping: min(limit.rlim_cur, 1 << 20))
    }
}

/// Threads that are started one by one and joined together.
package struct ThreadGroup: ~Copyable {
    private var threads: [pthread_t] = []

    package init() {}

    /// As `SystemThread.init`.
    package mutating func start(cpu: Int? = nil, _ body: @escaping @Sendable () -> Void) {
        let thread = SystemThread(cpu: cpu, body)
        threads.append(thread.release())
    }

    /// Waits until every thread has ended.
    package mutating func join() {
        for thread in threads { _ = pthread_join(thread, nil) }
        threads = []
    }
}
