import Testing

@testable import Proxy

@Suite struct HashKeyTests {
    private func key(_ request: String, _ change: (inout BackendSnapshot) -> Void) -> HashKey {
        var backend = BackendSnapshot()
        change(&backend)
        let (head, bytes) = RequestSample.parse(request)
        return HashKey.of(
            head,
            in: bytes.span,
            source: SocketAddress(ipv4: 0x0102_0304, port: 9),
            for: backend
        )
    }

    private func sdbm(_ text: String) -> HashKey {
        let bytes = Array(text.utf8)
        return HashKey.of(bytes.span, in: bytes.indices, usesAvalanche: false)
    }

    @Test func `full hash is HAProxy's`() {
        #expect(HashKey.fullHash(4096) == 1_237_450_891)
        #expect(HashKey.fullHash(4097) == 2_761_370_759)
        #expect(HashKey.fullHash(8192) == 1_079_705_203)
    }

    @Test func `sdbm multiplies by 65599 and adds`() {
        #expect(sdbm("").value == 0)
        #expect(sdbm("a").value == 97)
        #expect(sdbm("ab").value == 97 &* 65_599 &+ 98)
    }

    @Test(arguments: [
        ("GET /a/b?q=1 ", "/a/b"), ("GET /a/b ", "/a/b"), ("GET http://h/a?x ", "http://h/a"),
    ])
    func `uri hashes the target up to its query`(request: String, hashed: String) {
        #expect(key(request) { $0.hashInput = .uri } == sdbm(hashed))
    }

    @Test func `uri options cut or extend what is hashed`() {
        #expect(
            key("GET /a/b?q=1 ") {
                $0.hashInput = .uri
                $0.hashesWholeURI = true
            } == sdbm("/a/b?q=1")
        )
        #expect(
            key("GET http://h/a?x ") {
                $0.hashInput = .uri
                $0.hashesPathOnly = true
            } == sdbm("/a")
        )
        #expect(
            key("GET /abcdef ") {
                $0.hashInput = .uri
                $0.hashLength = 3
            } == sdbm("/ab")
        )
        #expect(
            key("GET /a/b/c ") {
                $0.hashInput = .uri
                $0.hashDepth = 1
            } == sdbm("/a")
        )
        #expect(
            key("GET /a/b/c ") {
                $0.hashInput = .uri
                $0.hashDepth = 2
            } == sdbm("/a/b")
        )
    }

    @Test func `a header's first value is hashed and an absent one is no key`() {
        let header: (inout BackendSnapshot) -> Void = {
            $0.hashInput = .header
            $0.hashHeader = .make("x-key")
        }
        #expect(key("GET / \nX-Key: abc, def", header) == sdbm("abc"))
        #expect(key("GET / \nX-Key: \"a,b\", c", header) == sdbm("\"a,b\""))
        #expect(key("GET / \nX-Other: abc", header) == .none)
        #expect(key("GET / \nX-Key: ", header) == .none)
    }

    @Test func `the source is its address folded to 32 bits`() {
        #expect(key("GET / ") { $0.hashInput = .source } == HashKey(0x0102_0304))
        var six = SocketAddress()
        six.family = .ipv6
        six.high = 0x0000_0001_0000_0002
        six.low = 0x0000_0004_0000_0008
        #expect(HashKey.of(six, usesAvalanche: false) == HashKey(0xf))
        #expect(HashKey.of(six, usesAvalanche: true) == HashKey(HashKey.fullHash(0xf)))
        #expect(HashKey.of(SocketAddress(), usesAvalanche: true) == .none)
    }

    @Test func `algorithms that do not hash have no key`() {
        #expect(key("GET / ") { $0.algorithm = .roundRobin } == .none)
    }
}
