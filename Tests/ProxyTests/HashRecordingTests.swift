import Model
import Testing

@testable import Proxy

/// Where HAProxy sent 10,000 requests: `balance hash` as recorded from 2.6.12, `hash-key` from 3.0.11.
@Suite struct HashRecordingTests {
    private static let servers = """
         server a 127.0.0.1:28081 id 1 weight 1
         server b 127.0.0.1:28081 id 2 weight 10
         server c 127.0.0.1:28081 id 5 weight 100
         server d 127.0.0.1:28081 id 77 weight 37
         server e 127.0.0.1:28081 id 1048586 weight 64
         server f 127.0.0.1:28081 id 900000 weight 256
         server g 127.0.0.1:28081 id 123456 weight 5
        """
    private static let addressed = """
         server a 127.0.0.1:28081 weight 1
         server b 127.0.0.2:28082 weight 10
         server c 127.3.4.5:28081 weight 100
         server d [::1]:28081 weight 37
         server e 127.200.1.77:28082 weight 64
         server f 127.9.9.9:28081 weight 256
         server g 127.0.0.1:28082 weight 5
        """

    /// One recorded mapping: its beginning to read, its hash to compare.
    struct Recording: CustomTestStringConvertible {
        let balance: String
        let servers: String
        let start: String
        let hash: UInt64

        var testDescription: String { balance }
    }

    private static let recordings = [
        Recording(
            balance: "hash req.hdr(x-key),upper\n hash-type consistent",
            servers: servers,
            start: "fccfefdffffbdfffffcfffffffcccffffcfffceffcfffefeacffccffffed",
            hash: 0x5492_6548_4c69_a4c4
        ),
        Recording(
            balance: "hash req.hdr(x-key),upper",
            servers: servers,
            start: "ffdfcfefcfdfcffefcfeffdfcfeffccfdfcfeffcffcfdfceffefffcfdeff",
            hash: 0x0b98_2baa_7717_9247
        ),
        Recording(
            balance: "hash req.hdr_val(x-num),mul(3)\n hash-type map-based djb2 avalanche",
            servers: servers,
            start: "cffccecfcedfgfffecfedffbfedfeedecdfcddffffffffffeecfefffcdcc",
            hash: 0xbe54_7292_b48a_62e3
        ),
        Recording(
            balance: "hash req.hdr_val(x-num)\n hash-type consistent wt6",
            servers: servers,
            start: "ffffffcffffffffcffc",
            hash: 0x0758_bccd_4c1b_fbde
        ),
        Recording(
            balance: "hash path,field(3,/)\n hash-type consistent crc32",
            servers: servers,
            start: "ccfcceffecdfcfdfcfecccffcffcefcbdfffdfcffdfcffgfdfcffffcfccf",
            hash: 0x471e_612d_b90c_459b
        ),
        Recording(
            balance: "hdr(x-key)\n hash-type consistent\n default-server hash-key addr",
            servers: addressed,
            start: "fccfdfdffffaffffccffffffbfccfffcfcceccfffffffgfedbdcecffcfcc",
            hash: 0x7d8f_175f_15d3_4509
        ),
        Recording(
            balance: "hdr(x-key)\n hash-type consistent\n default-server hash-key addr-port",
            servers: addressed,
            start: "effffffdcgffcbdccfdcfedcfefeecfeffcefeffcfcedfcfffeffccccffc",
            hash: 0x8e6c_3f33_b9ef_ea0a
        ),
    ]

    @Test(arguments: recordings)
    func `ten thousand requests go where HAProxy sent them`(recording: Recording) throws {
        let fixture = try RuntimeFixture(
            "backend be\n balance \(recording.balance)\n\(recording.servers)\n"
        )
        let found = mapping(fixture.plane.snapshot)
        #expect(found.hasPrefix(recording.start))
        // FNV-1a, which the recorder has too.
        let hash = found.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        #expect(hash == recording.hash)
    }

    /// The name of each request's server.
    private func mapping(_ snapshot: RoutingSnapshot) -> String {
        let backend = snapshot.backends[0]
        let requests = RawTable<RequestHead>(zeroed: 1)
        let responses = RawTable<ResponseHead>(zeroed: 1)
        let pool = BufferPool()
        var evaluation = Evaluation(requests: requests, responses: responses, pool: pool, seed: 1)
        defer {
            evaluation.free()
            pool.destroy()
            requests.free()
            responses.free()
        }
        evaluation.snapshot = snapshot
        evaluation.hasRequest = true
        var map = ServerMap()
        map.follow(backend)
        let names = Array("abcdefg")
        var text = ""
        for number in 0..<10_000 {
            let request =
                "GET /path/\(number)?q=\(number % 7) HTTP/1.1\r\nhost: x\r\nX-Key: key\(number)\r\n"
                + "X-Num: \(number)\r\n\r\n"
            let bytes = Array(request.utf8)
            _ = RequestParser.parse(bytes.span, into: &requests[0])
            let key: HashKey =
                bytes.span.withSlice { slice in
                    evaluation.requestBytes = slice
                    guard backend.hashInput == .expression else {
                        return slice.withSpan { span in
                            HashKey.of(requests[0], in: span, source: SocketAddress(), for: backend)
                        }
                    }
                    return evaluation.hashKey(for: backend)
                }
            let place =
                backend.algorithm == .consistentHash
                ? ConsistentHash.pick(BalancingRequest(backend: backend, avoided: -1), key: key)
                : map.server(for: key)
            text.append(names[Int(backend.servers[place].slot)])
        }
        return text
    }

    @Test func `a server that moves takes its place on the ring along`() throws {
        let lines = " balance uri\n hash-type consistent\n"
        let server =
            " server a 10.0.0.1:80 hash-key addr\n server b 10.0.0.2:80 hash-key addr-port\n"
        let fixture = try RuntimeFixture("backend be\n\(lines)\(server)")
        let before = fixture.plane.snapshot.backends[0].ring.points.map(\.key)
        fixture.run("set server be/a addr 10.0.0.9")
        fixture.run("set server be/b addr 10.0.0.2 port 81")
        let moved = try RuntimeFixture(
            "backend be\n\(lines)\(server)".replacing("10.0.0.1:80", with: "10.0.0.9:80")
                .replacing("10.0.0.2:80", with: "10.0.0.2:81")
        )
        let wanted = Set(moved.plane.snapshot.backends[0].ring.points.map(\.key))
        let backend = fixture.plane.snapshot.backends[0]
        let living = backend.ring.points.filter { backend.ringPlaces[Int($0.server)] >= 0 }
        #expect(Set(living.map(\.key)) == wanted)
        #expect(Set(before) != wanted)
        fixture.run("set server be/a addr 10.0.0.1")
        fixture.run("set server be/b addr 10.0.0.2 port 80")
        let last = fixture.plane.snapshot.backends[0]
        let back = last.ring.points.filter { last.ringPlaces[Int($0.server)] >= 0 }.map(\.key)
        #expect(Set(back) == Set(before))
    }

    @Test func `what cannot be hashed is refused`() {
        for (words, expected) in [
            ("hash", "requires a sample expression"), ("hash nope(1)", "unknown fetch method"),
        ] {
            let parsed = ConfigParser.parse(
                files: [("t.cfg", "backend b\n balance \(words)\n")],
                environment: [:],
                reading: { _ in nil }
            )
            #expect(parsed.diagnostics.contains { $0.message.contains(expected) }, "\(words)")
        }
    }
}
