import Model
import RuntimeAPI
import Simulation

/// Somebody who types at the proxies' sockets what Apus has to put right again.
struct Meddler {
    private let scenario: Scenario
    private var generator: SeededGenerator

    init(scenario: Scenario, generator: SeededGenerator) {
        self.scenario = scenario
        self.generator = generator
    }

    /// Where `set server … addr` leads; it always answers, so that only Apus could lose a request.
    static let address = "10.0.9.9"

    /// Something to type and when: between none and four commands before it gets quiet.
    mutating func commands() -> [(after: Duration, on: ProxyName, command: RuntimeCommand)] {
        let seconds = Int(scenario.quiet.components.seconds)
        guard generator.chance(40) else { return [] }
        return (0..<Int.random(in: 1...4, using: &generator)).map { _ in
            let proxy = scenario.proxies.randomElement(using: &generator) ?? scenario.proxies[0]
            return (.seconds(Int.random(in: 1..<seconds, using: &generator)), proxy, command())
        }
    }

    private mutating func command() -> RuntimeCommand {
        let backend = scenario.backends.randomElement(using: &generator) ?? scenario.backends[0]
        // Not the boot file's servers: while no document declares them, nobody would put them right.
        let names = (1...8).map { "s\($0)" }
        let server = ServerReference(
            backend: backend.name.text,
            server: names.randomElement(using: &generator) ?? "s1"
        )
        let map = PatternReference(name: scenario.map.text)
        let host = "host\(Int.random(in: 1...8, using: &generator)).example"
        switch Int.random(in: 0..<6, using: &generator) {
        case 0:
            return .setServerWeight(server, .absolute(Int.random(in: 1...50, using: &generator)))
        case 1:
            return .setServerState(
                server,
                AdminState.allCases.randomElement(using: &generator) ?? .maint
            )
        case 2: return .setServerAddress(server, address: Self.address, port: "8080")
        case 3: return .addMap(map, key: host, value: backend.name.text)
        case 4: return .deleteMap(map, key: host)
        default: return .clearMap(map)
        }
    }
}
