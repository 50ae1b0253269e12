import Model
import Proxy
import Simulation
import Synchronization

/// Looks at the fleet from outside after every instant: nothing here asks planner or applier.
final class Invariants {
    /// What a simulated fleet may hold at most, far above what one pass needs.
    private static let alarmLimit = 2_000
    private static let sessionLimit = 10
    private static let slotLimit = 100

    private struct Floor {
        let pass: Int
        let life: Int
        let handmade: Int
        /// The serving weight when the pass began.
        let capacity: Int
    }

    private let proxies: [SimulatedProxy]
    private let board: PassBoard
    private let clock: SimulatedClock
    private var floors: [BackendPlace: Floor] = [:]

    /// A backend on a proxy.
    private struct BackendPlace: Hashable {
        let proxy: ProxyName
        let backend: BackendName
    }

    init(proxies: [SimulatedProxy], board: PassBoard, clock: SimulatedClock) {
        self.proxies = proxies
        self.board = board
        self.clock = clock
    }

    /// Throws the first violation, so that the trace ends where it happened.
    func check() throws(InvariantViolation) {
        for proxy in proxies {
            if let violation = proxy.violation { throw InvariantViolation(violation) }
            try checkBounds(of: proxy)
        }
        if clock.pendingAlarms > Self.alarmLimit {
            throw InvariantViolation("\(clock.pendingAlarms) alarms are pending")
        }
        try checkCapacity()
    }

    private func checkBounds(of proxy: SimulatedProxy) throws(InvariantViolation) {
        let usage = proxy.withProcess { ($0.openSessions, $0.plane.allocatedSlots) }
        guard let (sessions, slots) = usage else { return }
        if sessions > Self.sessionLimit {
            throw InvariantViolation("\(proxy.name): \(sessions) Runtime API sessions are open")
        }
        if slots > Self.slotLimit {
            throw InvariantViolation("\(proxy.name): \(slots) slots are in use")
        }
    }

    /// While a pass runs, no backend's serving weight falls below `minCapacity` of what it was when the
    /// pass began, unless someone else lowered it.
    private func checkCapacity() throws(InvariantViolation) {
        guard let desired = board.underWay else { return floors.removeAll() }
        guard desired.fleets[0].backends.contains(where: { $0.minCapacity > 0 }) else { return }
        let pass = board.passes
        for proxy in proxies {
            let life = proxy.life
            let state = proxy.withProcess { ($0.handmade, $0.capacities()) }
            guard let (handmade, capacities) = state else { continue }
            for backend in desired.fleets[0].backends where backend.minCapacity > 0 {
                guard let now = capacities[backend.name.text] else { continue }
                let path = BackendPlace(proxy: proxy.name, backend: backend.name)
                guard let floor = floors[path], floor.pass == pass else {
                    floors[path] = Floor(
                        pass: pass,
                        life: life,
                        handmade: handmade.settled,
                        capacity: now
                    )
                    continue
                }
                // The plan was made for what was there before someone else changed it.
                guard floor.life == life, floor.handmade == handmade.settled,
                    handmade.unsettled == 0
                else { continue }
                let least = (floor.capacity * backend.minCapacity + 99) / 100
                if now < least {
                    throw InvariantViolation(
                        "\(proxy.name): backend \(backend.name) has a serving weight of \(now), below \(least)"
                    )
                }
            }
        }
    }
}

/// Something that must never happen, in words.
struct InvariantViolation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension SimulatedProcess {
    /// The serving weight of every backend, by name: what the balancer can choose from.
    fileprivate func capacities() -> [String: Int] {
        let snapshot = plane.current
        var capacities: [String: Int] = [:]
        for (number, name) in backendNames.enumerated() where number < snapshot.backends.count {
            let servers = snapshot.backends[number].servers
            capacities[name] = servers.indices.reduce(0) { $0 + Int(servers[$1].weight) }
        }
        return capacities
    }
}
