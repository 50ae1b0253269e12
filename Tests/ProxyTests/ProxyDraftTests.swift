import Model
import Testing

@testable import Proxy

@Suite struct ProxyDraftTests {
    private func parse(_ text: String) throws -> ProxyConfiguration {
        let parsed = ConfigParser.parse(files: [(name: "b.cfg", text: text)], environment: [:]) {
            _ in nil
        }
        return try #require(parsed.configuration, "\(parsed.diagnostics.map(\.description))")
    }

    @Test func `a section starts from its defaults and keeps its own name, id and servers`() throws
    {
        let configuration = try parse(
            """
            defaults base
             mode http
             timeout client 1s
             timeout server 2s
             balance leastconn
             option httpchk GET /up
             option forwardfor
             default-server check inter 5s
            backend a
             server s 10.0.0.1:80
            backend b
             balance first
             no option forwardfor
             default-server inter 7s
             server s 10.0.0.1:80 no-check
            """
        )
        let backends = configuration.backends
        #expect(backends.map(\.name) == ["a", "b"] && backends.map(\.id) == [1, 2])
        #expect(backends.map(\.balance.algorithm) == [.leastConnections, .first])
        #expect(backends.map(\.addsForwardedFor) == [true, false])
        var up = HTTPCheckConfiguration()
        up.method = "GET"
        up.uri = "/up"
        #expect(backends.map(\.check.script) == [.http(up), .http(up)])
        #expect(backends.map(\.timeouts.server) == [2000, 2000])
        #expect(
            backends.map { $0.servers[0].attributes.command } == ["check inter 5s", "inter 7s"]
        )
    }

    @Test func `a later defaults section starts from nothing unless it says from`() throws {
        let configuration = try parse(
            """
            defaults one
             mode http
             retries 1
            defaults two
             mode http
            defaults three from one
             timeout queue 9s
            backend a from two
            backend b from three
            """
        )
        #expect(configuration.backends.map(\.retries) == [3, 1])
        #expect(configuration.backends.map(\.timeouts.queue) == [0, 9000])
    }

    @Test func `a listen section is a frontend in front of itself`() throws {
        let configuration = try parse(
            "defaults\n mode http\nlisten l\n bind :80\n server s 10.0.0.1:80\n"
        )
        #expect(configuration.frontends.map(\.defaultBackend) == [0])
        #expect(configuration.frontends[0].id == configuration.backends[0].id)
    }
}
