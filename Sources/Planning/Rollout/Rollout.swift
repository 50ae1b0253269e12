package import Model

/// How a change travels over a fleet: waves, a window of proxies at once, soak between waves, halt.
///
/// A pure state machine: report what became of a proxy, ask what to do next. Time and I/O are the
/// caller's, so every order of events can be tested.
package struct Rollout: Sendable {
    /// What the caller does next.
    package enum Action: Hashable, Sendable {
        /// Apply the plan of these proxies now; more may follow before they report.
        case apply([ProxyName])
        /// Nothing to start until a proxy reports.
        case wait
        /// The wave is done: let it live this long, then call `soaked()`.
        case soak(Milliseconds)
        /// Every proxy that could be reached has reported.
        case finished
    }

    /// Proxies that never started because an earlier wave failed.
    package private(set) var held: [ProxyName] = []
    /// Proxies applied and confirmed.
    package private(set) var confirmed = 0
    /// Proxies that failed.
    package private(set) var failed = 0

    private let waves: [[ProxyName]]
    private let soak: Milliseconds
    private let maxParallel: Int
    private var wave = 0
    private var started = 0
    private var running: Set<ProxyName> = []
    private var mustSoak = false

    /// Plans the waves over `proxies`, in their order within a failure domain, domain after domain.
    ///
    /// A wave's size is cumulative, so `1, 10%, 100%` of 20 proxies is one, one more, and the rest.
    package init(over proxies: [ProxyTarget], settings: RolloutSettings) {
        let ordered = proxies.sorted { ($0.zone, $0.name) < ($1.zone, $1.name) }.map(\.name)
        var waves: [[ProxyName]] = []
        var done = 0
        for quota in settings.waves + [.percent(100)] {
            let end = quota.amount(of: ordered.count)
            guard end > done else { continue }
            waves.append(Array(ordered[done..<end]))
            done = end
        }
        self.waves = waves
        soak = settings.soak
        maxParallel = max(1, settings.maxParallel)
    }

    /// How many proxies each wave holds.
    package var waveSizes: [Int] { waves.map(\.count) }

    /// What to do now; asked at the start and after every report.
    package mutating func next() -> Action {
        guard wave < waves.count else { return running.isEmpty ? .finished : .wait }
        if mustSoak { return .soak(soak) }
        let room = maxParallel - running.count
        let members = waves[wave]
        let batch = Array(members[started...].prefix(room))
        guard !batch.isEmpty else { return .wait }
        started += batch.count
        running.formUnion(batch)
        return .apply(batch)
    }

    /// A proxy runs what it should, and was seen to.
    package mutating func report(confirmed proxy: ProxyName) {
        guard running.remove(proxy) != nil else { return }
        confirmed += 1
        endWaveIfDone()
    }

    /// A proxy could not be changed; the others of its wave go on, later waves do not start.
    package mutating func report(failed proxy: ProxyName) {
        guard running.remove(proxy) != nil else { return }
        failed += 1
        endWaveIfDone()
    }

    /// The soak that `next()` asked for is over.
    package mutating func soaked() { mustSoak = false }

    /// Nothing more starts, e.g. because a newer revision supersedes this one.
    package mutating func halt() {
        guard wave < waves.count else { return }
        held += waves[wave][started...] + waves[(wave + 1)...].joined()
        wave = waves.count
    }

    /// Later waves are held back by a failure.
    package var isHalted: Bool { !held.isEmpty }

    private mutating func endWaveIfDone() {
        guard wave < waves.count, running.isEmpty, started == waves[wave].count else { return }
        let isLast = wave + 1 == waves.count
        if failed > 0, !isLast {
            halt()
            return
        }
        wave += 1
        started = 0
        mustSoak = wave < waves.count && soak.count > 0
    }
}
