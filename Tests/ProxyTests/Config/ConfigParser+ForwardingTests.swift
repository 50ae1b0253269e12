import Model
import Testing

@testable import Proxy

@Suite struct ConfigParserForwardingTests {
    private func parse(_ text: String) -> (configuration: ProxyConfiguration?, messages: [String]) {
        let parsed = ConfigParser.parse(
            files: [(name: "b.cfg", text: text)],
            environment: [:],
            reading: { _ in nil }
        )
        return (parsed.configuration, parsed.diagnostics.map { "\($0.origin.line): \($0.message)" })
    }

    private func backend(_ lines: String) throws -> BackendConfiguration {
        try #require(parse("backend b\n mode http\n \(lines)\n").configuration).backends[0]
    }

    @Test func `reuse and retries are read`() throws {
        #expect(try backend("retries 2").options.reuse == .safe)
        #expect(try backend("http-reuse aggressive").options.reuse == .aggressive)
        #expect(try backend("http-reuse never").options.reuse == .never)
        #expect(try backend("retries 2").options.retryOn == .connectionFailure)
        let conditions = try backend("retry-on conn-failure 503 response-timeout").options.retryOn
        #expect(conditions == [.connectionFailure, .status(503), .responseTimeout])
        #expect(try backend("retry-on none").options.retryOn.isEmpty)
        let all = try backend("retry-on all-retryable-errors").options.retryOn
        #expect(all.contains([.failures, .status(500), .status(504)]))
        #expect(!all.contains(.status(404)))
        let often = try backend("option redispatch 1")
        #expect(often.redispatches && often.options.redispatchInterval == 1)
        #expect(try !backend("option redispatch 0").redispatches)
        #expect(try backend("option redispatch").options.redispatchInterval == -1)
    }

    @Test func `closing and buffering are read, the last word counts`() throws {
        #expect(try backend("option http-server-close").options.closesServer)
        #expect(try backend("option httpclose").options.closesClient)
        let kept = try backend("option httpclose\n option http-keep-alive").options
        #expect(!kept.closesClient && !kept.closesServer)
        #expect(try backend("option abortonclose").options.abortsOnClose)
        #expect(try backend("option http-buffer-request").options.buffersRequest)
        #expect(try !backend("option abortonclose\n no option abortonclose").options.abortsOnClose)
    }

    @Test func `options of carrying bytes are read`() throws {
        let options = try backend("option tcpka\n option http-pretend-keepalive").options
        #expect(options.probesClients && options.probesServers && options.pretendsKeepAlive)
        #expect(try backend("option srvtcpka").options.probesServers)
        #expect(try !backend("option clitcpka\n option splice-auto").options.probesServers)
        #expect(parse("global\n tune.idle-pool.shared off\n").messages.isEmpty)
        #expect(parse("global\n tune.idle-pool.shared maybe\n").messages.count == 1)
    }

    @Test func `forwardfor takes its three arguments`() throws {
        let options = try backend("option forwardfor except 10.0.0.0/8 header X-Client if-none")
            .options.forwardedFor
        #expect(options.ifNone)
        #expect(options.header.indices.map { options.header[$0] } == Array("x-client".utf8))
        #expect(options.except.contains(SocketAddress(ipv4: 0x0aff_0001, port: 1)))
        #expect(!options.except.contains(SocketAddress(ipv4: 0x0b00_0001, port: 1)))
        #expect(
            parse("backend b\n mode http\n option forwardfor except 10.0.0.0/33\n").messages.count
                == 1
        )
        #expect(parse("backend b\n mode http\n option forwardfor header a:b\n").messages.count == 1)
    }

    @Test func `timeouts of tunnels are read`() throws {
        let timeouts = try backend(
            "timeout tunnel 1h\n timeout server-fin 5s\n timeout client-fin 6s"
        )
        .timeouts
        #expect(timeouts.tunnel == 3_600_000)
        #expect(timeouts.serverFin == 5000)
        #expect(timeouts.clientFin == 6000)
    }

    @Test func `keywords of servers and binds are read`() throws {
        let parsed = try #require(
            parse(
                """
                listen l
                 mode tcp
                 bind :80 accept-proxy name x
                 server s 10.0.0.1:80 minconn 5 maxqueue 7 pool-max-conn 3 pool-purge-delay 2s send-proxy-v2
                """
            ).configuration
        )
        #expect(parsed.frontends[0].binds[0].acceptsProxy)
        let options = ServerOptions(parsed.backends[0].servers[0].attributes)
        #expect(options.minconn == 5 && options.maxqueue == 7)
        #expect(options.poolMaxConn == 3 && options.poolPurgeDelay == 2000)
        #expect(options.proxyHeader == .version2)
    }

    @Test func `fullconn is a tenth of what frontends may bring`() throws {
        let parsed = try #require(
            parse(
                """
                defaults
                 mode http
                frontend a
                 bind :80
                 maxconn 1005
                 default_backend b
                backend b
                backend c
                 fullconn 17
                """
            ).configuration
        )
        #expect(parsed.backends.map(\.options.fullconn) == [101, 17])
    }

    @Test func `modes that do not fit and unknown words are refused`() {
        #expect(
            parse(
                """
                frontend a
                 mode http
                 bind :80
                 default_backend b
                backend b
                 mode tcp
                """
            ).messages == [
                "1: http frontend 'a' tries to use incompatible tcp backend 'b' (see 'mode')."
            ]
        )
        for line in [
            "http-reuse sometimes", "http-reuse", "retry-on", "retry-on 0rtt-rejected",
            "retry-on 200", "retry-on none 503", "option redispatch x", "option httpclose x",
        ] {
            #expect(parse("backend b\n mode http\n \(line)\n").messages.count == 1, "\(line)")
        }
    }
}
