import Model
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("10.0.0.1:8080", "10.0.0.1:8080"), ("10.0.0.1", "10.0.0.1"),
        ("ipv4@10.0.0.1:80", "10.0.0.1:80"),
        ("[2001:db8::1]:80", "[2001:db8::1]:80"), ("2001:db8::1:80", "[2001:db8::1]:80"),
        ("ipv6@::1:80", "[::1]:80"),
        ("[2001:0DB8:0:0:0:0:0:1]:80", "[2001:db8::1]:80"), ("[::]:1", "[::]:1"),
        ("[::ffff:10.0.0.1]:9", "[::ffff:a00:1]:9"),
        ("[1:0:0:2:0:0:0:3]:1", "[1:0:0:2::3]:1"), ("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1"),
        ("unix@/run/app.sock", "unix@/run/app.sock"), ("abns@app", "abns@app"),
    ]) func `an address has one canonical form`(text: String, canonical: String) {
        #expect(Endpoint(text)?.description == canonical)
        #expect(Endpoint(canonical)?.description == canonical)
    }

    @Test(arguments: [
        "", ":", ":80", "10.0.0:80", "10.0.0.256:80", "10.0.0.01:80", "10.0.0.1.2:80", "10..0.1:80",
        "1e1.0.0.1:80",
        "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:+80", "10.0.0.1:-1", "10.0.0.1:8o", " 10.0.0.1:80",
        "10.0.0.1:80 ",
        "web.example.com:80", "[::1:80", "::1]:80", "[1:2:3:4:5:6:7]:80", "[1:2:3:4:5:6:7:8:9]:80",
        "[1::2::3]:80",
        "[12345::]:80", "[+1::]:80", "[fe80::1%eth0]:80", "[:::1]:80", "unix@", "unix@/a b",
        "abns@a;b", "10.0.0.1:80;x",
    ]) func `what is no address is refused`(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func `a socket path must fit its structure`() {
        #expect(Endpoint("unix@/" + String(repeating: "x", count: 106)) != nil)
        #expect(Endpoint("unix@/" + String(repeating: "x", count: 107)) == nil)
    }

    @Test func `printing and parsing an IPv6 address gives it back`() {
        for seed in 0..<2_000 {
            let address = Self.address(seed: seed)
            #expect(IPv6Address(address.description) == address)
            let endpoint = Endpoint.ipv6(address, port: 443)
            #expect(Endpoint(endpoint.description) == endpoint)
        }
    }

    /// Half of the groups are zero, so that every shape of gap occurs.
    private static func address(seed: Int) -> IPv6Address {
        var state = StableHash.of(String(seed))
        let groups = (0..<8).map { _ -> UInt64 in
            defer { state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407 }
            return state >> 63 == 0 ? 0 : state >> 8 & 0xffff
        }
        let high = groups[..<4].reduce(0) { $0 << 16 | $1 }
        let low = groups[4...].reduce(0) { $0 << 16 | $1 }
        return IPv6Address(high: high, low: low)
    }

    @Test func `an IPv4 address is its bits`() {
        #expect(IPv4Address("1.2.3.4")?.bits == 0x0102_0304)
        #expect(IPv4Address("255.255.255.255")?.bits == .max)
        #expect(IPv4Address("0.0.0.0")?.bits == 0)
        #expect(IPv4Address("0.0.0.00") == nil)
    }
}
