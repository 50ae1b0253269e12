/// Everything rules may ask of one exchange while they are judged, and the scratch memory for it.
///
/// One worker owns one. Before an exchange's rules are judged, the worker points it at the heads, the
/// connection and the kept values; nothing of it is copied but handles.
package struct Evaluation: BitwiseCopyable {
    /// What is known of the connection and of where the request goes.
    package struct Exchange: BitwiseCopyable {
        package var client = SocketAddress()
        /// Where the client connected to; asked of the kernel when it is wanted, unless a rule set it.
        package var local = SocketAddress()
        /// The client's socket, -1 for none.
        package var descriptor: Int32 = -1
        package var frontend: Int32 = -1
        package var backend: Int32 = -1
        package var serverName = ByteSlice.empty
        package var serverID: Int32 = 0
        /// Of the client's connection and the server's.
        var tls = TLSSession()
        var serverTLS = TLSSession()
        /// Counted from 0 on this connection.
        package var requestNumber: Int64 = 0
        package init() {}
    }

    /// What does not change while the process runs.
    package struct Process: BitwiseCopyable {
        package var threads: Int64 = 1
        package var thread: Int64 = 0
        package var pid: Int64 = 0
        package var hostname: RawText = .empty

        package init() {}
    }

    /// Connections when an exchange ended.
    package struct Load: BitwiseCopyable {
        package var process: Int64 = 0
        package var frontend: Int64 = 0
        package var backend: Int64 = 0
        package var server: Int64 = 0

        package init() {}
    }

    package var snapshot = RoutingSnapshot()
    package var book: RuleBook { snapshot.rules }
    package var exchange = Exchange()
    package var process = Process()
    package var isStopping = false
    /// The request's head, in place; row 0.
    package let requests: RawTable<RequestHead>
    package var requestBytes = ByteSlice.empty
    package var hasRequest = false
    /// The response's head, in place; row 0.
    package let responses: RawTable<ResponseHead>
    package var responseBytes = ByteSlice.empty
    package var hasResponse = false
    /// Variables and captures of the transaction; the worker moves them in and out.
    package var kept = ValueStore()
    /// Variables of the connection.
    package var sessionKept = ValueStore()
    package var arena: Arena
    package var scratch = RegexScratch()
    package let pool: BufferPool
    var random: WorkerRandom
    /// Microseconds since 1970, 0 until a rule asks for the time in this evaluation.
    var wallClock: Int64 = 0
    /// Texts that edited heads point into.
    var requestEdits: Arena
    var responseEdits: Arena
    var counters: TrafficCounters?
    /// How rules changed what is logged: -1 for silent, 8 for no change.
    package var logLevel: Int8 = 8
    /// A change that does not fit makes the request fail (`strict-mode`).
    var isStrict = true
    /// The method before a rule changed it; empty when none did.
    var receivedMethod = RequestHead.Part()
    /// The exchange that is logged.
    package var record = ExchangeRecord()
    /// Numbers that only logs print.
    package var load = Load()
    /// Requests of the process so far, for `%rt`.
    package var requestCounter: Int64 = 0
    /// What local time is ahead of UTC, and the quarter of an hour it was asked for.
    var zone: (quarter: Int64, offset: Int64) = (0, 0)
    /// Bytes of the request's body that are there, and whether there can be no more.
    package var bodyCount: Int64 = 0
    package var isBodyWhole = true
    /// Responses of status 103 that the client is to get.
    package var hints: Arena
    /// Changes of maps and lists that rules ask for, and how many did not fit.
    var listEdits: Arena
    var lostListEdits = 0
    /// Addresses that `set-src` and its kin changed.
    package var hasNewAddress = false
    /// Where the server is that took the request.
    package var serverAddress = SocketAddress()

    /// The owner calls `free` once.
    package init(
        requests: RawTable<RequestHead>,
        responses: RawTable<ResponseHead>,
        pool: BufferPool,
        seed: UInt64
    ) {
        self.requests = requests
        self.responses = responses
        self.pool = pool
        arena = Arena(capacity: 65_536)
        requestEdits = Arena(capacity: 32_768)
        responseEdits = Arena(capacity: 32_768)
        hints = Arena(capacity: 8192)
        listEdits = Arena(capacity: 65_536)
        random = WorkerRandom(seed: seed ^ 0x9e37_79b9)
    }

    /// Gives the scratch memory back.
    package func free() {
        arena.free()
        requestEdits.free()
        responseEdits.free()
        hints.free()
        listEdits.free()
        scratch.free()
    }

    /// The value of an expression; absent when a fetch or a converter has none.
    package mutating func value(of index: Int32) -> Sample {
        let expression = book.expressions[Int(index)]
        var cursor = FetchCursor()
        let fetched = fetch(expression, &cursor)
        return convert(fetched, by: expression.converters)
    }

    /// The same as a type, e.g. as text for a header.
    package mutating func value(of index: Int32, as kind: Sample.Kind) -> Sample {
        value(of: index).cast(to: kind, in: &arena)
    }

    /// Whether a condition holds; -1 always does.
    package mutating func holds(_ condition: Int32) -> Bool {
        guard condition >= 0 else { return true }
        let condition = book.conditions[Int(condition)]
        for index in condition.alternatives.range where holdTogether(book.alternatives[index]) {
            return !condition.isInverted
        }
        return condition.isInverted
    }

    private mutating func holdTogether(_ terms: IndexRange) -> Bool {
        for index in terms.range {
            let term = book.terms[index]
            var isSatisfied = false
            for number in term.tests.range where !isSatisfied {
                isSatisfied = passes(book.tests[Int(book.numbers[number])])
            }
            if isSatisfied == term.isNegated { return false }
        }
        return true
    }

    /// An acl looks at every value its fetch finds.
    private mutating func passes(_ test: PatternTest) -> Bool {
        let expression = book.expressions[Int(test.expression)]
        let mark = arena.count
        defer { arena.release(to: mark) }
        var cursor = FetchCursor()
        cursor.walks = expression.fetch.isRepeated && expression.arguments.number == 0
        repeat {
            let fetched = fetch(expression, &cursor)
            guard fetched.isPresent else { return false }
            let value = convert(fetched, by: expression.converters)
            if value.isPresent, matches(value, test) { return true }
        } while cursor.hasMore
        return false
    }

    /// Microseconds since 1970, the same throughout one evaluation.
    var time: Int64 {
        mutating get {
            if wallClock == 0 { wallClock = WallClock.microseconds }
            return wallClock
        }
    }
}

/// Where a fetch that finds several values goes on.
struct FetchCursor {
    /// Every value is wanted, one call each.
    var walks = false
    /// Another call may find another value.
    var hasMore = false
    /// The field and the place in it where the next value starts.
    var field = 0
    var offset = 0
}
