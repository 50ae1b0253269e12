import Synchronization

/// One question to every worker about itself, which each answers once; for `show activity`, `show fd` and `show pools`.
package final class WorkerSurvey: Sendable {
    /// What a worker tells.
    package struct Answer: Sendable {
        package var activity = WorkerActivity()
        package var pools: [PoolRow] = []
        /// Only if they were asked for.
        var descriptors: [DescriptorRow] = []

        package init() {}
    }

    let asksForDescriptors: Bool
    private let parts: Mutex<[Answer?]>

    package init(workers: Int, asksForDescriptors: Bool) {
        self.asksForDescriptors = asksForDescriptors
        parts = Mutex(Array(repeating: nil, count: workers))
    }

    /// Takes what worker `number` says.
    package func answer(_ answer: Answer, worker number: Int) {
        parts.withLock { $0[number] = answer }
    }

    /// What was said so far, by worker.
    package var answers: [Answer?] { parts.withLock { $0 } }
    /// Every worker has answered.
    package var isDone: Bool { parts.withLock { parts in parts.allSatisfy { $0 != nil } } }
}

extension WorkerSurvey: Hashable {
    /// Each is its own.
    package static func == (left: WorkerSurvey, right: WorkerSurvey) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// What one worker has done since it started.
package struct WorkerActivity: BitwiseCopyable, Hashable, Sendable {
    /// Turns of the event loop, and what the kernel reported in them.
    package var turns: Int64 = 0
    package var events: Int64 = 0
    /// Timers that ran out.
    package var expiries: Int64 = 0
    /// Messages of the control thread.
    package var letters: Int64 = 0
    package var accepted: Int64 = 0
    /// Clients that are connected now.
    package var clients: Int64 = 0
    /// Exchanges that were logged.
    package var logged: Int64 = 0
    /// Log lines that no target took.
    package var lostLines: Int64 = 0
    /// Changes of maps and lists by rules that there was no room for.
    package var lostChanges: Int64 = 0
    /// Processor time in milliseconds.
    package var processorTime: Int64 = 0

    package init() {}
}

/// Buffers of one size that a worker keeps.
package struct PoolRow: BitwiseCopyable, Hashable, Sendable {
    /// Of one, in bytes.
    package var size: Int
    package var count: Int
    package var free: Int

    package init(size: Int, count: Int, free: Int) {
        self.size = size
        self.count = count
        self.free = free
    }
}

/// One descriptor a worker has open.
struct DescriptorRow: Sendable {
    /// What it is.
    enum Role: UInt8, BitwiseCopyable, Sendable { case pipe, listener, client, server }

    let number: Int32
    let role: Role
    /// What a client's exchange waits for.
    var phase: Connection.Phase
    var frontend: Int32 = -1
    var backend: Int32 = -1
    /// A server's slot; nil when none is at the other end.
    var slot: UInt32?
    /// The other side's descriptor, 0 for none.
    var peer: Int32 = 0
}
