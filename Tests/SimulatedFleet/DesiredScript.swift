import Model
import Simulation

/// A repository whose owner keeps changing their mind: one desired state after another, by seed.
struct DesiredScript: Sendable {
    private var generator: SeededGenerator
    private let scenario: Scenario
    private var fleet: DesiredFleet
    private var commits = 0
    private var addresses: UInt32 = 0
    private var lines = 0

    /// Server names come from a small pool, so that names return with other attributes.
    private let namePool: [ServerName]
    private static let serverLimit = 6

    init(scenario: Scenario, using generator: inout SeededGenerator) throws {
        self.generator = generator.fork()
        self.scenario = scenario
        namePool = try (1...8).map { try ServerName("s\($0)") }
        let targets = scenario.proxies.map {
            ProxyTarget(name: $0, runtime: .unix("\($0).sock"), zone: "")
        }
        let origin = Origin(file: "fleet.yaml", line: 1, column: 1)
        fleet = DesiredFleet(name: try FleetName("edge"), proxies: targets, origin: origin)
        fleet.removal = scenario.removal
        fleet.rollout.waves =
            self.generator.chance(50) ? [.count(1), .percent(100)] : [.percent(100)]
        fleet.rollout.soak = Milliseconds(self.generator.chance(30) ? 2000 : 0)
        for backend in scenario.backends.sorted(by: { $0.name < $1.name }) {
            fleet.backends.append(makeBackend(backend))
        }
        fleet.maps = [DesiredMap(name: scenario.map, entries: [], origin: origin)]
        fleet.maps[0].unmanaged = .remove
        fleet.maps[0].isAtomic = self.generator.chance(30)
        for _ in 0..<4 { mutate() }
    }

    /// The state as of the last commit.
    var current: DesiredState {
        DesiredState(
            revision: Revision(commit: Self.commitID(commits), tree: Self.commitID(commits)),
            fleets: [fleet]
        )
    }

    /// One more commit: one to four changes.
    mutating func commit() -> DesiredState {
        commits += 1
        for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate() }
        return current
    }

    private static func commitID(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 40 - digits.utf8.count) + digits
    }

    private mutating func nextOrigin() -> Origin {
        lines += 1
        return Origin(file: "fleet.yaml", line: lines, column: 5)
    }

    private mutating func nextEndpoint() -> Endpoint {
        addresses += 1
        return .ipv4(IPv4Address(bits: 0x0a01_0000 | addresses), port: 8080)
    }

    private mutating func makeBackend(_ plan: Scenario.Backend) -> DesiredBackend {
        var backend = DesiredBackend(
            name: plan.name,
            document: plan.name.text,
            servers: [],
            origin: nextOrigin()
        )
        var boot = BootBackend()
        boot.balance = plan.balance
        boot.usesConsistentHash = plan.usesConsistentHash
        boot.servers = Set(plan.bootServers.map(\.name))
        backend.boot = boot
        backend.unmanaged = generator.chance(50) ? .remove : .keep
        backend.maxUnavailable =
            [.count(1), .count(2), .percent(50)].randomElement(using: &generator) ?? .count(1)
        backend.minCapacity = [0, 0, 0, 50, 70].randomElement(using: &generator) ?? 0
        for server in plan.bootServers where generator.chance(70) {
            var attributes = ServerAttributes()
            if plan.isChecked { Self.addChecks(to: &attributes) }
            backend.servers.append(
                DesiredServer(
                    name: server.name,
                    endpoint: server.endpoint,
                    attributes: attributes,
                    origin: nextOrigin()
                )
            )
        }
        return backend
    }

    private static func addChecks(to attributes: inout ServerAttributes) {
        attributes[.check] = .flag
        attributes[.inter] = .duration(Milliseconds(1000))
        attributes[.rise] = .integer(1)
        attributes[.fall] = .integer(2)
    }

    private mutating func mutate() {
        let index = fleet.backends.indices.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...3: addServer(toBackendAt: index)
        case 4...5: removeServer(fromBackendAt: index)
        case 6:
            changeServer(inBackendAt: index) { server, generator in
                server.attributes[.weight] = .integer(Int.random(in: 1...20, using: &generator))
            }
        case 7:
            changeServer(inBackendAt: index) { server, generator in
                server.state = AdminState.allCases.randomElement(using: &generator) ?? .ready
            }
        case 8:
            let endpoint = nextEndpoint()
            changeServer(inBackendAt: index) { server, _ in server.endpoint = endpoint }
        case 9:
            changeServer(inBackendAt: index) { server, generator in
                server.attributes[.slowstart] = nil
                server.attributes[.inter] = .duration(
                    Milliseconds(Int.random(in: 1...3, using: &generator) * 1000)
                )
            }
        default: changeMap()
        }
    }

    private mutating func addServer(toBackendAt index: Int) {
        let taken = Set(fleet.backends[index].servers.map(\.name))
        let free = namePool.filter { !taken.contains($0) }
        guard taken.count < Self.serverLimit, let name = free.randomElement(using: &generator)
        else { return }
        var attributes = ServerAttributes()
        let isChecked =
            scenario.backends.first { $0.name == fleet.backends[index].name }?.isChecked ?? false
        if isChecked { Self.addChecks(to: &attributes) }
        if generator.chance(50) {
            attributes[.weight] = .integer(Int.random(in: 1...20, using: &generator))
        }
        let server = DesiredServer(
            name: name,
            endpoint: nextEndpoint(),
            attributes: attributes,
            origin: nextOrigin()
        )
        fleet.backends[index].servers.append(server)
        fleet.backends[index].servers.sort { $0.name < $1.name }
    }

    private mutating func removeServer(fromBackendAt index: Int) {
        guard let victim = fleet.backends[index].servers.indices.randomElement(using: &generator)
        else { return }
        fleet.backends[index].servers.remove(at: victim)
    }

    private mutating func changeServer(
        inBackendAt index: Int,
        _ change: (inout DesiredServer, inout SeededGenerator) -> Void
    ) {
        guard let victim = fleet.backends[index].servers.indices.randomElement(using: &generator)
        else { return }
        change(&fleet.backends[index].servers[victim], &generator)
    }

    private mutating func changeMap() {
        let key = "host\(Int.random(in: 1...6, using: &generator)).example"
        let backend = fleet.backends.randomElement(using: &generator)?.name.text ?? ""
        let isRemoval = generator.chance(30)
        let origin = nextOrigin()
        fleet.maps[0].entries.removeAll { $0.key == key }
        guard !isRemoval else { return }
        fleet.maps[0].entries.append(DesiredMapEntry(key: key, value: backend, origin: origin))
        fleet.maps[0].entries.sort { $0.key < $1.key }
    }
}
