import CProxyShims
import Glibc

/// A thread of the operating system, joined once.
package struct SystemThread: ~Copyable {
    private let thread: pthread_t

    /// What the thread is told and tells back; sound because the semaphore lives as long as the object, which
    /// both sides hold, and because it orders the one write before the one read.
    @safe private final class Start {
        let body: @Sendable () -> Void
        let cpu: Int?
        /// Descriptors that a table of the thread's own does without; nil shares the process's table.
        let unwanted: [Descriptor]?
        /// Set by the thread before it posts `isReady`, read by its creator after that.
        var ownsDescriptors = false
        let isReady: UnsafeMutablePointer<sem_t>

        init(cpu: Int?, without unwanted: [Descriptor]?, body: @escaping @Sendable () -> Void) {
            self.cpu = cpu
            self.unwanted = unwanted
            self.body = body
            unsafe isReady = .allocate(capacity: 1)
            _ = unsafe sem_init(isReady, 0, 0)
        }

        deinit {
            _ = unsafe sem_destroy(isReady)
            unsafe isReady.deallocate()
        }

        func run() {
            if let cpu { _ = proxy_pin_thread(Int32(cpu)) }
            if let unwanted, proxy_unshare_descriptors() == 0 {
                for descriptor in unwanted { descriptor.close() }
                ownsDescriptors = true
            }
            _ = unsafe sem_post(isReady)
            body()
        }
    }

    /// The thread has a descriptor table of its own: what one side opens or closes from now on, the other
    /// does not see.
    package let ownsDescriptors: Bool

    /// Runs `body` on a new thread, bound to `cpu` if one is given.
    ///
    /// With `unwanted` the thread gets its own copy of the descriptor table, less these, if the system
    /// allows that: a table that nobody shares spares two atomic operations in every system call.
    package init(
        cpu: Int? = nil,
        withoutDescriptors unwanted: [Descriptor]? = nil,
        _ body: @escaping @Sendable () -> Void
    ) {
        let start = Start(cpu: cpu, without: unwanted, body: body)
        let argument = unsafe Unmanaged.passRetained(start).toOpaque()
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            argument
        )
        precondition(result == 0, "the system gives no more threads")
        // The thread posts once, before its body; EINTR is the only other way out.
        while unsafe sem_wait(start.isReady) != 0 {}
        ownsDescriptors = start.ownsDescriptors
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
        threads.append(SystemThread(cpu: cpu, body).release())
    }

    /// The same with a descriptor table of its own; false if the system gave it none.
    mutating func start(
        cpu: Int?,
        withoutDescriptors unwanted: [Descriptor],
        _ body: @escaping @Sendable () -> Void
    ) -> Bool {
        let thread = SystemThread(cpu: cpu, withoutDescriptors: unwanted, body)
        let ownsDescriptors = thread.ownsDescriptors
        threads.append(thread.release())
        return ownsDescriptors
    }

    /// Waits until every thread has ended.
    package mutating func join() {
        for thread in threads { _ = pthread_join(thread, nil) }
        threads = []
    }
}
