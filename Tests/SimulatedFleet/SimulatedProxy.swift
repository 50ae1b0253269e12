import Model
import Proxy
import Simulation
import Synchronization

/// One proxy of a simulated fleet: a sequence of lives, and the only door to the current one.
final class SimulatedProxy: Sendable {
    private struct State {
        var process: SimulatedProcess?
        var life = 0
        var generator: SeededGenerator
        var violations: [String] = []
    }

    let name: ProxyName
    private let surroundings: SimulatedProcess.Surroundings
    private let state: Mutex<State>

    init(name: ProxyName, surroundings: SimulatedProcess.Surroundings, generator: SeededGenerator) {
        self.name = name
        self.surroundings = surroundings
        state = Mutex(State(generator: generator))
        restart()
    }

    /// The process dies and another one starts with nothing but the boot file; nothing when `life` is over.
    func restart(life: Int? = nil) {
        state.withLock { state in
            guard life ?? state.life == state.life else { return }
            if let old = state.process {
                surroundings.trace.note("\(name) restarts")
                state.violations += old.violations
                old.die()
            }
            state.life += 1
            let identity = ProcessIdentity(
                pid: 1000 + state.life,
                startTime: 1_700_000_000
                    + Int(surroundings.clock.now.sinceStart.components.seconds),
                node: name.text,
                threads: 1
            )
            state.process = SimulatedProcess(
                name: name,
                identity: identity,
                surroundings: surroundings,
                alarms: ProcessAlarms(proxy: self, life: state.life, clock: surroundings.clock),
                generator: state.generator.fork()
            )
        }
    }

    /// Which life runs now.
    var life: Int { state.withLock { $0.life } }

    /// Does something with the current life; nothing when `life` is over.
    @discardableResult
    func withProcess<Value: Sendable>(
        life: Int? = nil,
        _ action: @Sendable (SimulatedProcess) -> Value
    ) -> Value? {
        state.withLock { state -> Value? in
            guard let process = state.process, life ?? state.life == state.life else { return nil }
            return action(process)
        }
    }

    /// What must never happen and did, in any life so far.
    var violation: String? {
        state.withLock { $0.violations.first ?? $0.process?.violations.first }
    }
}

/// Lets one life of a proxy ask for something later; what a life asked for ends with it.
struct ProcessAlarms: Sendable {
    private weak let proxy: SimulatedProxy?
    private let life: Int
    private let clock: SimulatedClock

    init(proxy: SimulatedProxy, life: Int, clock: SimulatedClock) {
        self.proxy = proxy
        self.life = life
        self.clock = clock
    }

    func schedule(after delay: Duration, _ action: @escaping @Sendable (SimulatedProcess) -> Void) {
        clock.schedule(after: delay) { [self] in
            _ = proxy?.withProcess(life: life) { process in action(process) }
        }
    }
}
