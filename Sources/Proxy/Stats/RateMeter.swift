import Model

/// How many events a second there are, from a count that only grows and is looked at about once a second.
///
/// HAProxy's counters slide (`freq_ctr`); here it is the second before the last look, and a maximum is that of
/// such seconds.
struct RateMeter {
    /// Events in the second before the last look.
    private(set) var rate = 0
    /// The greatest `rate` since the counters were cleared.
    private(set) var most = 0
    /// The last look that found more events than the one before; nil when there was none.
    private(set) var lastEvent: Milliseconds?
    private var total = 0

    /// Takes the count of now, `elapsed` milliseconds after the last look.
    mutating func look(at total: Int, after elapsed: Int, now: Milliseconds) {
        // A count below the last was cleared meanwhile.
        let events = total >= self.total ? total - self.total : total
        self.total = total
        rate = elapsed > 0 ? (events * 1000 + elapsed / 2) / elapsed : events
        most = max(most, rate)
        if events > 0 { lastEvent = now }
    }

    /// Lets the maximum begin anew.
    mutating func clear() { most = rate }

    /// `lastsess` of `show stat`: whole seconds, -1 for never.
    func secondsSinceEvent(now: Milliseconds) -> Int {
        lastEvent.map { max(0, now.count - $0.count) / 1000 } ?? -1
    }
}

/// What is counted a second on one frontend.
struct FrontendRates {
    var sessions = RateMeter()
    var requests = RateMeter()
}
