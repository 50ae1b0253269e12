package import Model

/// How a change travels over a fleet: waves, a window of proxies at once, soak, health gate, halt.
///
/// A pure state machine: report what became of a proxy, ask what to do next. Time and I/O are the
/// caller's, so every order of events can be tested.
package struct Rollout: Sendable {
    /// What the caller does next.
    package enum Action: Hashable, Sendable {
        /// A wave begins that will be judged: see how these fare, then call `sampled()`.
        case sample([ProxyName])
        /// Apply the plan of these proxies now; more may follow before they report.
        case apply([ProxyName])
        /// Nothing to start until a proxy reports.
        case wait
        /// The wave is done: let it live this long, then call `soaked()`.
        case soak(Milliseconds)
        /// See how these fare now and call `judged(_:)`.
        case judge([ProxyName])
        /// Every proxy that could be reached has reported.
        case finished
    }

    /// Why later waves are held back.
    package enum Halt: Hashable, Sendable {
        /// Something newer came, or the program ends.
        case superseded
        /// Proxies of the wave were lost; the next pass tries again.
        case lost
        /// A proxy did not take the change, in its words: trying the same again leads nowhere.
        case failed(String)
        /// The wave made things worse than its budget allows.
        case unhealthy(String)

        /// Not to be tried again before the revision changes or someone says so.
        package var isFinal: Bool {
            switch self {
            case .superseded, .lost: false
            case .failed, .unhealthy: true
            }
        }

        /// One line for a person.
        package var message: String {
            switch self {
            case .superseded: "something newer came"
            case .lost: "a proxy of the wave was lost"
            case .failed(let words), .unhealthy(let words): words
            }
        }
    }

    /// Proxies that never started because an earlier wave failed.
    package private(set) var held: [ProxyName] = []
    /// Proxies that were started, whatever became of them.
    package private(set) var begun: [ProxyName] = []
    /// Why there are held ones.
    package private(set) var halted: Halt?
    /// Proxies applied and confirmed.
    package private(set) var confirmed = 0
    /// Proxies that failed.
    package private(set) var failed = 0

    private enum Phase { case sampling, applying, soaking, judging }

    private let waves: [[ProxyName]]
    private let soak: Milliseconds
    private let maxParallel: Int
    private let isJudged: Bool
    private var phase: Phase
    private var wave = 0
    private var started = 0
    private var running: Set<ProxyName> = []
    private var worst: Halt?

    /// Plans the waves over `proxies`, in their order within a failure domain, domain after domain.
    ///
    /// A wave's size is cumulative, so `1, 10%, 100%` of 20 proxies is one, one more, and the rest. No wave
    /// reaches over the border of a failure domain: the part beyond it is a wave of its own.
    package init(over proxies: [ProxyTarget], settings: RolloutSettings) {
        let ordered = proxies.sorted { ($0.zone, $0.name) < ($1.zone, $1.name) }
        var waves: [[ProxyName]] = []
        var done = 0
        for quota in settings.waves + [.percent(100)] {
            let end = quota.amount(of: ordered.count)
            guard end > done else { continue }
            var zone: String?
            for target in ordered[done..<end] {
                if zone != target.zone { waves.append([]) }
                zone = target.zone
                waves[waves.count - 1].append(target.name)
            }
            done = end
        }
        self.waves = waves
        soak = settings.soak
        maxParallel = max(1, settings.maxParallel)
        // Without time to live in, a wave has nothing to be judged by.
        isJudged = waves.count > 1 && settings.soak.count > 0
        phase = isJudged ? .sampling : .applying
    }

    /// How many proxies each wave holds.
    package var waveSizes: [Int] { waves.map(\.count) }

    /// What to do now; asked at the start and after every report.
    package mutating func next() -> Action {
        guard wave < waves.count else { return running.isEmpty ? .finished : .wait }
        switch phase {
        case .sampling: return .sample(waves[wave])
        case .soaking: return .soak(soak)
        case .judging: return .judge(waves[wave - 1])
        case .applying: break
        }
        let room = maxParallel - running.count
        let batch = Array(waves[wave][started...].prefix(room))
        guard !batch.isEmpty else { return .wait }
        started += batch.count
        begun += batch
        running.formUnion(batch)
        return .apply(batch)
    }

    /// The wave's proxies were seen before anything is sent.
    package mutating func sampled() { if phase == .sampling { phase = .applying } }

    /// A proxy runs what it should, and was seen to.
    package mutating func report(confirmed proxy: ProxyName) {
        guard running.remove(proxy) != nil else { return }
        confirmed += 1
        endWaveIfDone()
    }

    /// A proxy did not take the change; the others of its wave go on, later waves do not start.
    package mutating func report(failed proxy: ProxyName, _ words: String = "") {
        fail(proxy, .failed(words.isEmpty ? "\(proxy) failed" : "\(proxy): \(words)"))
    }

    /// A proxy was lost, so nobody knows how far it came; later waves wait for the next pass.
    package mutating func report(lost proxy: ProxyName) { fail(proxy, .lost) }

    private mutating func fail(_ proxy: ProxyName, _ reason: Halt) {
        guard running.remove(proxy) != nil else { return }
        failed += 1
        if worst?.isFinal != true { worst = reason }
        endWaveIfDone()
    }

    /// The soak that `next()` asked for is over.
    package mutating func soaked() {
        if phase == .soaking { phase = isJudged ? .judging : .applying }
    }

    /// How the wave fares: nil is well enough, else why no other begins.
    package mutating func judged(_ reason: Halt?) {
        guard phase == .judging else { return }
        if let reason {
            halt(reason)
        } else {
            phase = .sampling
        }
    }

    /// Nothing more starts, e.g. because a newer revision supersedes this one.
    package mutating func halt(_ reason: Halt = .superseded) {
        guard wave < waves.count else { return }
        held += waves[wave][started...] + waves[(wave + 1)...].joined()
        wave = waves.count
        if !held.isEmpty { halted = reason }
    }

    /// Later waves are held back by a failure.
    package var isHalted: Bool { halted != nil }

    private mutating func endWaveIfDone() {
        guard wave < waves.count, running.isEmpty, started == waves[wave].count else { return }
        if let worst, wave + 1 < waves.count {
            halt(worst)
            return
        }
        wave += 1
        started = 0
        phase = soak.count > 0 ? .soaking : .applying
    }
}
