import Model
import Simulation
import Testing

@testable import Proxy

/// Where HAProxy 2.6.12 sent 10,000 keys (recorded from a running one, seven servers, then changed at runtime).
@Suite struct ConsistentHashTests {
    private let fixture = BalancingFixture()

    private static let servers = """
         server a 127.0.0.1:80 id 1 weight 1
         server b 127.0.0.1:80 id 2 weight 10
         server c 127.0.0.1:80 id 5 weight 100
         server d 127.0.0.1:80 id 77 weight 37
         server e 127.0.0.1:80 id 1048586 weight 64
         server f 127.0.0.1:80 id 900000 weight 256
         server g 127.0.0.1:80 id 123456 weight 5
        """

    private static let changes = [
        "set weight be/c 20", "disable server be/f",
        "add server be/h 127.0.0.1:80 id 4242 weight 50",
        "enable server be/h", "set server be/d state drain", "set weight be/a 0",
    ]

    /// One recorded mapping: its beginning to read, its hash to compare.
    struct Recording: CustomTestStringConvertible {
        let balance: String
        let boot: (start: String, hash: UInt64)
        let changed: (start: String, hash: UInt64)

        var testDescription: String { balance }
    }

    private static let recordings = [
        Recording(
            balance: "hdr(x-key)",
            boot: (
                "dcfcfffdfffffeffffddffffcdcddffedccffeffeffffdfceedffcdcfdff",
                0x80c5_367d_fcae_f11b
            ),
            changed: (
                "ehgchheheechhehcbhcehbeebhchhbhehcbeeeeeecceceheeehhhhhegchh",
                0xcebd_b5d4_4031_a5f2
            )
        ),
        Recording(
            balance: "uri",
            boot: (
                "effcfdfbfdcdcececccgefcfffffccffeffcfecfffefegcecccfcdfcccff",
                0xb005_9771_208a_a888
            ),
            changed: (
                "ehgcheebcegghecechegehechcebghhheeceeeehcheeegeehccchhecgehe",
                0x4777_96ae_482f_ce3b
            )
        ),
        Recording(
            balance: "source",
            boot: (
                "ccfgcffefbeeffffcefbfefffefefcfffdfcdffffffffffcfdfefffdafff",
                0xdbc5_61a6_d3f6_1c03
            ),
            changed: (
                "hhegebeehbeeheehehhbhehecheehhhecchegcbhhhheeecchgheegeehbeh",
                0x4777_5ce6_2b7d_e467
            )
        ),
    ]

    @Test(arguments: recordings)
    func `ten thousand keys go where HAProxy 2_6 sent them`(recording: Recording) throws {
        let fixture = try RuntimeFixture(
            "backend be\n balance \(recording.balance)\n hash-type consistent\n\(Self.servers)\n"
        )
        let boot = mapping(fixture)
        #expect(boot.hasPrefix(recording.boot.start))
        #expect(StableHash.of(boot) == recording.boot.hash)
        for change in Self.changes { fixture.run(change) }
        let changed = mapping(fixture)
        #expect(changed.hasPrefix(recording.changed.start))
        #expect(StableHash.of(changed) == recording.changed.hash)
    }

    /// The name of each key's server.
    private func mapping(_ fixture: RuntimeFixture) -> String {
        let backend = fixture.plane.snapshot.backends[0]
        let names = Array("abcdefgh")
        var text = ""
        for number in 0..<10_000 {
            let request =
                "GET /path/\(number)?q=\(number % 7) HTTP/1.0\r\nX-Key: key\(number)\r\n\r\n"
            let bytes = Array(request.utf8)
            var head = RequestHead()
            _ = RequestParser.parse(bytes.span, into: &head)
            let source = SocketAddress(
                ipv4: UInt32(truncatingIfNeeded: number &* 2_654_435_761),
                port: 1000
            )
            let key = HashKey.of(head, in: bytes.span, source: source, for: backend)
            let balancing = BalancingRequest(backend: backend, avoided: -1)
            // Slots are given in order of declaration, and so are the names.
            text.append(names[Int(backend.servers[ConsistentHash.pick(balancing, key: key)].slot)])
        }
        return text
    }

    @Test(arguments: Seed.runs(30))
    func `consistent hashing finds the closest node as a search over all of them does`(seed: Seed) {
        var generator = seed.generator
        let weights = (0..<Int.random(in: 2...6, using: &generator)).map { _ in
            Int.random(in: 1...4, using: &generator)
        }
        let snapshot = fixture.backend(.consistentHash, weights: weights)
        var balancer = LoadBalancer()
        for _ in 0..<200 {
            let key = UInt32.random(in: .min ... .max, using: &generator)
            let found = balancer.pick(
                backend: 0,
                snapshot,
                key: HashKey(key),
                inFlight: { _ in 0 },
                using: &generator
            )
            let nodes = snapshot.ring.nodes
            let distances = nodes.map { min(key &- $0.key, $0.key &- key) }
            let closest = distances.min() ?? 0
            let winners = distances.indices.filter { distances[$0] == closest }.map {
                Int(nodes[$0].server)
            }
            #expect(winners.contains(found))
        }
    }

    @Test func `adding a server moves keys only to it`() {
        let before = fixture.backend(.consistentHash, weights: [5, 5, 5])
        let after = fixture.backend(.consistentHash, weights: [5, 5, 5, 5])
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 6)
        var moved = 0
        for number in 0..<4000 as Range<UInt32> {
            let key = HashKey(HashKey.fullHash(number))
            let old = balancer.pick(
                backend: 0,
                before,
                key: key,
                inFlight: { _ in 0 },
                using: &generator
            )
            let new = balancer.pick(
                backend: 0,
                after,
                key: key,
                inFlight: { _ in 0 },
                using: &generator
            )
            if old != new {
                moved += 1
                #expect(new == 3)
            }
        }
        #expect((600...1400).contains(moved))
    }
}
