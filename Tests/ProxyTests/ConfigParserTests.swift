import Model
import RuntimeAPI
import Simulation
import Testing

@testable import Proxy

@Suite struct ConfigParserTests {
    private func parse(
        _ text: String,
        files: [String: String] = [:]
    ) -> (configuration: ProxyConfiguration?, messages: [String]) {
        let parsed = ConfigParser.parse(files: [(name: "b.cfg", text: text)], environment: [:]) {
            files[$0]
        }
        return (parsed.configuration, parsed.diagnostics.map { "\($0.origin.line): \($0.message)" })
    }

    private func messages(_ body: String, files: [String: String] = [:]) -> [String] {
        parse("defaults\n mode http\n\(body)", files: files).messages
    }

    /// What the servers of the whole file's backend are asked.
    static var webCheck: [CheckStep.Action] {
        var request = HTTPCheckConfiguration()
        (request.method, request.uri, request.version) = ("GET", "/health", "HTTP/1.1")
        request.headers = [.init(name: "Host", value: "x.example")]
        return [.request(request), .expect(CheckExpectation(.status([200...204, 404...404])))]
    }

    @Test func `a whole file becomes a configuration`() throws {
        let parsed = parse(
            """
            global
                stats socket /run/p.sock mode 600 level admin
                stats socket 127.0.0.1:9999
                stats timeout 2m
                maxconn 5000
                nbthread 4
                node n1
            defaults
                mode http
                timeout client 30s
                timeout connect 2s
                timeout check 1s
                retries 1
                default-server inter 1s fall 2
            frontend fe
                bind :8080,[::1]:8081 name both
                bind /run/fe.sock
                maxconn 100
                option forwardfor
                monitor-uri /up
                default_backend web
            backend web
                balance leastconn
                option httpchk GET /health HTTP/1.1
                http-check send hdr Host x.example
                http-check expect status 200-204,404
                default-server check
                server w1 10.0.0.1:80 weight 5 id 7
                server w2 [::2]:80 disabled backup no-check
            """
        )
        let configuration = try #require(parsed.configuration, "\(parsed.messages)")
        #expect(
            configuration.threads == 4 && configuration.maxconn == 5000
                && configuration.node == "n1"
        )
        #expect(configuration.statsTimeout == Milliseconds(120_000))
        #expect(configuration.statsSockets.map(\.level) == [.admin, .operator])
        #expect(configuration.statsSockets.map(\.mode) == [0o600, nil])
        let frontend = configuration.frontends[0]
        #expect(
            frontend.binds.compactMap(\.endpoint).map(\.description) == [
                "0.0.0.0:8080", "[::1]:8081", "unix@/run/fe.sock",
            ]
        )
        #expect(frontend.id == 2 && frontend.defaultBackend == 0 && frontend.addsForwardedFor)
        #expect(
            frontend.timeouts.client == 30_000 && frontend.monitorURI == "/up"
                && frontend.maxconn == 100
        )
        let backend = configuration.backends[0]
        #expect(
            backend.id == 3 && backend.retries == 1
                && backend.balance.algorithm == .leastConnections
        )
        #expect(backend.check.timeout == Milliseconds(1000))
        let steps = try #require(backend.check.script).steps
        #expect(steps.map(\.action) == Self.webCheck)
        #expect(
            backend.servers.map(\.attributes.command) == [
                "check fall 2 id 7 inter 1s weight 5", "backup fall 2 inter 1s",
            ]
        )
        #expect(backend.servers.map(\.isDisabled) == [false, true])
    }

    @Test func `mode tcp is the default, other modes are refused`() throws {
        #expect(try #require(parse("backend a\n").configuration).backends[0].options.isTCP)
        #expect(
            try #require(parse("backend a\n mode tcp\n").configuration).backends[0].options.isTCP
        )
        #expect(
            parse("backend a\n mode health\n").messages == [
                "2: 'mode' : only 'http' and 'tcp' are supported by apus-proxy."
            ]
        )
    }

    @Test func `whatever would be ignored is refused by name, all in one run`() {
        let found = messages(
            """
            frontend fe
             bind :80 ssl crt x.pem
             http-request lua.f
             option http-use-proxy-header
             option nonsense
             timeout lunch 1h
            backend be
             capture cookie x len 3
             stick-table type ip size 1k
             balance url_param id check_post
             server s1 10.0.0.1:80 ssl
             server s2 10.0.0.1:80 slowstart 5x
             server s3 10.0.0.1:80 nonsense
             server s4 example.org:80
             server local localhost:80
             server s5 10.0.0.1
             server s6 10.0.0.1:80 weight 300
             server s6 10.0.0.1:80
             server s7 10.0.0.1:80 inter 1x
            """
        )
        #expect(found.count == 17)
        for word in [
            "'http-request lua.f'", "http-use-proxy-header", "'nonsense'", "'lunch'",
            "'capture'",
            "'stick-table'", "'check_post'",
            "in 'slowstart'", "'example.org:80'", "missing port", "within 0 and 256 (300)",
            "another server named 's6'",
            "unexpected character 'x' in 'inter'",
        ] {
            #expect(found.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test func `dangling names are reported where they are used`() {
        let found = messages(
            """
            frontend fe
             bind :80
             use_backend nowhere
             use_backend be if missing
             use_backend %[path,map(absent.map)]
             default_backend gone
            backend be
            """
        )
        #expect(
            found == [
                "5: unable to find required backend: 'nowhere'",
                "6: error detected while parsing switching rule : error in condition: no such ACL : 'missing'.",
                "7: error detected while parsing switching rule : failed to open pattern file <absent.map>.",
                "8: unable to find required backend: 'gone'",
            ]
        )
    }

    @Test func `duplicate proxies and misplaced keywords are reported`() {
        let found = messages(
            """
            backend be
             bind :80
            backend be
            frontend be
             bind :80
             server s 1.2.3.4:80
            listen be
             bind :81
            """
        )
        #expect(
            found == [
                "5: backend 'be' has the same name as another declared at b.cfg:3.",
                "9: listen 'be' has the same name as another declared at b.cfg:6.",
                "4: 'bind' not allowed in 'backend' section.",
                "8: 'server' not allowed in 'frontend' section.",
            ]
        )
    }

    @Test func `an id or guid given twice is reported with the first place`() {
        let found = messages(
            """
            backend a
             server s1 10.0.0.1:80 id 3 guid g
             server s2 10.0.0.1:80 id 3
            backend b
             server s1 10.0.0.1:80 id 3 guid g
            """
        )
        #expect(
            found == [
                "5: 'server s2' : 'id' : custom id 3 already used at b.cfg:4 ('server s1').",
                "7: 'server s1' : 'guid' : 'g' already used at b.cfg:4.",
            ]
        )
    }

    @Test func `hashing may be consistent or map-based, whichever line comes first`() {
        #expect(messages("backend be\n balance uri\n").isEmpty)
        #expect(messages("backend be\n balance hdr(host) use_domain_only\n").isEmpty)
        #expect(messages("backend be\n balance url_param user\n hash-type map-based wt6\n").isEmpty)
        #expect(
            messages("backend be\n balance url_param user check_post\n").contains {
                $0.contains("check_post")
            }
        )
        #expect(messages("backend be\n balance uri\n hash-type consistent\n").isEmpty)
        #expect(messages("backend be\n hash-type consistent\n balance source\n").isEmpty)
    }

    @Test(arguments: [
        ("balance uri\n hash-type consistent", true),
        ("balance uri\n hash-type consistent sdbm", false),
        ("balance uri\n hash-type consistent sdbm avalanche", true),
    ])
    func `consistent alone implies avalanche and a named function does not`(
        lines: String,
        expected: Bool
    ) throws {
        let configuration = try #require(
            parse("defaults\n mode http\nbackend be\n \(lines)").configuration
        )
        #expect(configuration.backends[0].balance.usesAvalanche == expected)
    }

    @Test func `maps are read once, whoever names them`() throws {
        let parsed = parse(
            """
            defaults
             mode http
            frontend fe
             bind :80
             use_backend %[req.hdr(host),lower,map(h.map)]
             use_backend %[path,map_beg(h.map,be)]
             use_backend %[path,map(virt@v)] if { path_beg /x } !TRUE or METH_GET
             use_backend be if { path,map(opt@none) -m found }
            backend be
            """,
            files: ["h.map": "# comment\n\n a.example  be one \nb.example\tbe\r\n"]
        )
        let configuration = try #require(parsed.configuration, "\(parsed.messages)")
        #expect(configuration.maps.map(\.name) == ["h.map", "virt@v", "opt@none"])
        #expect(
            configuration.maps[0].entries == [
                MapEntry(key: "a.example", value: "be one"),
                MapEntry(key: "b.example", value: "be"),
            ]
        )
        #expect(
            configuration.maps[0].display
                == "pattern loaded from file 'h.map' used by map at file 'b.cfg' line 5, by map at file 'b.cfg' line 6"
        )
    }

    @Test func `conditions that cannot be read are reported`() {
        let found = messages(
            """
            frontend fe
             bind :80
             acl a nonsense
             acl b path -m what x
             acl c nbsrv(be) lt
             acl d path_len x
             acl if path /
             use_backend be if
             use_backend be when a
             use_backend be if { path /x
             use_backend be if or TRUE
             use_backend be if TRUE or
             monitor fail
            backend be
            """
        )
        #expect(
            found.map { Int($0.prefix { $0 != ":" }) } == [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
        )
    }

    @Test func `an alert has HAProxy's shape`() {
        let diagnostic = Diagnostic(at: Origin(file: "x.cfg", line: 3, column: 1), "bad.")
        #expect(
            ConfigParser.alert(diagnostic, pid: 7)
                == "[ALERT]    (7) : config : parsing [x.cfg:3] : bad."
        )
    }

    @Test(arguments: Seed.runs)
    func `a damaged file gives a configuration or mistakes, never a crash`(seed: Seed) {
        var generator = seed.generator
        var bytes = Array(Self.everything.utf8)
        for _ in 0..<Int.random(in: 1...12, using: &generator) {
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            let end = min(bytes.count, start + Int.random(in: 0...20, using: &generator))
            let noise = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                UInt8.random(in: generator.chance(80) ? 32...126 : 0...255, using: &generator)
            }
            bytes.replaceSubrange(start..<end, with: noise)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let parsed = ConfigParser.parse(files: [(name: "b.cfg", text: text)], environment: [:]) {
            _ in "k v\n"
        }
        let hasError = parsed.diagnostics.contains { $0.severity == .error }
        #expect((parsed.configuration == nil) == hasError)
        #expect(parsed.diagnostics.allSatisfy { $0.origin.line > 0 && !$0.message.isEmpty })
    }

    private static let everything = """
        global
            stats socket "unix@${S-run/x.sock}" mode 600 level admin
            stats timeout 2m
        defaults base
            mode http
            timeout connect 2s
            option httpchk GET /health HTTP/1.1
            http-check send hdr Host 'x y' body z
            http-check expect ! status 200-204,404
            default-server check inter 100ms rise 1 fall 2
        frontend fe from base
            bind 127.0.0.1:80,[::]:81 name a backlog 5
            acl up str(ready),map(maps/a.map) -m found
            acl up path_beg -i -- /a /b
            monitor-uri /ready
            monitor fail unless up or { nbsrv(be) ge 1 2:3 }
            use_backend %[path,map_beg(p.map,be)] if { path,field(1,/) -m str x } !up
            use_backend be if !{ hdr(host) -f hosts } METH_GET
            default_backend be
        backend be
            balance uri whole len 5 depth 2
            hash-type consistent sdbm avalanche
            server s1 10.0.0.1:80 weight 5 id 7 guid a:b cookie c
            server s2 [::1]:80 backup disabled addr 10.0.0.2 port 81
        listen li
            bind /run/li.sock
            balance random(3)
            server s unix@/run/s.sock maxconn 5
        """
}
