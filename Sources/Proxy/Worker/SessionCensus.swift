import Synchronization

/// One question about what workers are serving, and their answers: no worker is stopped, none shares a table.
///
/// The control thread posts it to every mailbox; a worker answers with a part of bounded size and goes on where
/// it stopped when it is asked again. Who asks takes parts as fast as its client reads.
package final class SessionCensus: Sendable {
    /// Which sessions are meant.
    package struct Question: Sendable {
        /// `SessionRow.id` of the only one.
        package var id: UInt64?
        package var frontend: Int32?
        package var backend: Int32?
        package var slot: UInt32?
        /// Milliseconds.
        package var minimumAge: Int64 = 0
        package var isSuspicious = false
        /// Ends those that are meant.
        package var shutsDown = false

        package init() {}
    }

    private struct Part {
        var rows: [SessionRow] = []
        /// Where the worker's table goes on; nil when it was walked to its end.
        var next: Int? = 0
        var isAsked = false
    }

    /// So many sessions, or so many rows of a table, are the most a worker answers at once.
    static let partSize = 256
    static let walkSize = 65_536

    let question: Question
    private let parts: Mutex<[Part]>

    package init(_ question: Question, workers: Int) {
        self.question = question
        parts = Mutex(Array(repeating: Part(), count: workers))
    }

    // MARK: For workers

    /// Where the worker goes on.
    func start(ofWorker number: Int) -> Int? { parts.withLock { $0[number].next } }

    /// Takes a worker's part; `next` is nil at the end.
    package func answer(_ rows: [SessionRow], next: Int?, worker number: Int) {
        parts.withLock { parts in
            parts[number].rows += rows
            parts[number].next = next
            parts[number].isAsked = false
        }
    }

    // MARK: For who asks

    /// What came since the last call, worker by worker.
    package func take() -> [SessionRow] {
        parts.withLock { parts in
            var rows: [SessionRow] = []
            for number in parts.indices {
                rows += parts[number].rows
                parts[number].rows = []
            }
            return rows
        }
    }

    /// Workers that have more to tell and are not at it.
    func workersToAsk() -> [Int] {
        parts.withLock { parts in
            parts.indices.filter { number in
                guard parts[number].next != nil, !parts[number].isAsked else { return false }
                parts[number].isAsked = true
                return true
            }
        }
    }

    /// Every worker has told everything.
    package var isDone: Bool { parts.withLock { parts in parts.allSatisfy { $0.next == nil } } }
}

extension SessionCensus: Hashable {
    /// Each is its own.
    package static func == (left: SessionCensus, right: SessionCensus) -> Bool { left === right }
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// One session in progress, as its worker tells of it.
package struct SessionRow: Hashable, Sendable {
    /// Names this very exchange: its worker, descriptor, connection and number on the connection.
    package var id: UInt64 = 0
    package var source = "-"
    /// Where the client connected to.
    package var destination = "-"
    package var frontend: Int32 = 0
    /// -1 when none was chosen yet.
    package var backend: Int32 = -1
    /// Nil when none was chosen yet.
    package var server: Server?
    /// Milliseconds since it began.
    package var age: Int64 = 0
    package var isTCP = false
    package var method = "-"
    /// 0 before there is one.
    package var status: UInt16 = 0
    /// What it waits for, in a word.
    package var phase = ""
    package var retries: UInt16 = 0
    /// Requests on the same connection before this one.
    package var requestNumber: UInt32 = 0
    package var bytesIn: Int64 = 0
    package var bytesOut: Int64 = 0
    package var client = Side()
    package var upstream = Side()

    /// The server it was given to.
    package struct Server: Hashable, Sendable {
        package var name: String
        package var id: Int32
        package var address: String
    }

    /// One of the two connections.
    package struct Side: Hashable, Sendable {
        /// -1 when there is none.
        package var descriptor: Int32 = -1
        /// Milliseconds until its timeout; nil when none runs.
        package var expiry: Int64?
        /// Read and not yet used, and written and not yet taken.
        package var input = 0
        package var output = 0
        package var localAddress = "-"
    }

    package init() {}
}
