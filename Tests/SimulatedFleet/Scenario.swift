import Model
import Proxy
import Simulation

/// What one seed simulates: who is there, how it is set up and what the world does to it.
package struct Scenario: Sendable {
    /// How much one seed simulates.
    package enum Size: String, CaseIterable, Sendable {
        /// Up to four proxies and three backends, for up to eighty seconds.
        case full
        /// One or two of each for some seconds: most mistakes show there too, at a fraction of the cost.
        case small

        fileprivate var proxies: ClosedRange<Int> { self == .full ? 1...4 : 1...2 }
        fileprivate var backends: ClosedRange<Int> { self == .full ? 1...3 : 1...2 }
        /// So many times fewer requests than in a full one.
        var calm: Int { self == .full ? 1 : 4 }
        /// Seconds until it gets quiet.
        fileprivate var busy: ClosedRange<Int> { self == .full ? 20...80 : 6...20 }
    }

    /// One backend of the boot file.
    struct Backend: Sendable {
        let name: BackendName
        /// `balance` with its arguments.
        let balance: String
        let usesConsistentHash: Bool
        let isChecked: Bool
        /// On `server` lines of the boot file.
        let bootServers: [(name: ServerName, endpoint: Endpoint)]
    }

    let seed: Seed
    let proxies: [ProxyName]
    let backends: [Backend]
    let map: PatternFileName
    let removal: RemovalSettings
    let rules: [FaultRule]
    /// No fault and no change of mind comes after it.
    let quiet: Duration
    /// Counted from `quiet`: a fleet that is not converged by then never will be.
    let patience: Duration

    /// Everything follows from the seed.
    init(seed: Seed, size: Size, using generator: inout SeededGenerator) throws {
        self.seed = seed
        let count = Int.random(in: size.proxies, using: &generator)
        proxies = try (1...count).map { try ProxyName("proxy\($0)") }
        map = try PatternFileName("virt@hosts.map")
        var removal = RemovalSettings()
        removal.grace = Milliseconds(Int.random(in: 0...3, using: &generator) * 1000)
        removal.drainTimeout = Milliseconds(Int.random(in: 20...60, using: &generator) * 1000)
        self.removal = removal
        let names = ["web", "api", "static"].prefix(
            Int.random(in: size.backends, using: &generator)
        )
        backends = try names.enumerated().map { index, name in
            try Self.backend(named: name, number: index + 1, using: &generator)
        }
        quiet = .seconds(Int.random(in: size.busy, using: &generator))
        patience = .seconds(900)
        rules = FaultRule.random(for: proxies, before: quiet, using: &generator)
    }

    private static func backend(
        named name: String,
        number: Int,
        using generator: inout SeededGenerator
    ) throws -> Backend {
        let algorithms = [
            ("roundrobin", false), ("leastconn", false), ("random", false), ("uri", true),
        ]
        let (balance, isConsistent) =
            algorithms.randomElement(using: &generator) ?? ("roundrobin", false)
        let bootCount = generator.chance(50) ? Int.random(in: 1...2, using: &generator) : 0
        return Backend(
            name: try BackendName(name),
            balance: balance,
            usesConsistentHash: isConsistent,
            isChecked: generator.chance(75),
            bootServers: try (0..<bootCount).map { index in
                let address = IPv4Address(bits: 0x0a00_0000 | UInt32(number << 8 | 250 + index))
                return (try ServerName("boot\(index + 1)"), .ipv4(address, port: 8080))
            }
        )
    }

    /// The boot file every proxy of the fleet starts with.
    var bootFile: String {
        var lines = [
            "global", "    stats socket unix@/run/apus.sock level admin", "defaults",
            "    mode http",
            "    timeout client 30s", "    timeout server 30s", "    timeout connect 2s",
            "frontend http",
            "    bind 127.0.0.1:8080",
            "    use_backend %[req.hdr(host),lower,map(\(map))] if { req.hdr(host) -m found }",
        ]
        lines.append("    default_backend \(backends[0].name)")
        for backend in backends {
            lines.append("backend \(backend.name)")
            lines.append("    balance \(backend.balance)")
            if backend.usesConsistentHash { lines.append("    hash-type consistent") }
            for server in backend.bootServers {
                let check = backend.isChecked ? " check inter 1s rise 1 fall 2" : ""
                lines.append("    server \(server.name) \(server.endpoint)\(check)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The boot file as a proxy understands it.
    func configuration() throws -> ProxyConfiguration {
        let (configuration, diagnostics) = ConfigParser.parse(
            files: [("haproxy.cfg", bootFile)],
            environment: [:],
            reading: { _ in nil }
        )
        guard let configuration else {
            throw InvariantViolation("the boot file is refused: \(diagnostics.map(\.description))")
        }
        return configuration
    }

    /// Addresses of servers in the boot file, which always answer.
    var bootAddresses: [SimulatedOrigins.Address] {
        backends.flatMap(\.bootServers).compactMap { SimulatedOrigins.Address($0.endpoint) }
    }

    var description: String {
        let names = backends.map { "\($0.name) (\($0.balance))" }.joined(separator: ", ")
        let faults = rules.isEmpty ? "none" : rules.map(\.description).joined(separator: "; ")
        return "\(proxies.count) proxies; \(names); quiet from \(quiet) on; faults: \(faults)"
    }
}
