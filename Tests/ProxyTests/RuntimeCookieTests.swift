import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct RuntimeCookieTests {
    private static let boot = """
        frontend fe
         bind :80
         default_backend b
        backend b
         cookie SRV insert
         server s1 10.0.0.1:80
         server s2 10.0.0.2:80 cookie own
        """

    /// The value of each server's cookie, as workers see it.
    private func values(_ fixture: RuntimeFixture) -> [String] {
        let servers = fixture.plane.snapshot.backends[0].cookieServers
        return servers.indices.map {
            String(decoding: servers[$0].server.options.cookie.slice.array, as: UTF8.self)
        }
    }

    @Test func `servers without a cookie are named by their address and the key`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        #expect(values(fixture) == ["", "own"])
        fixture.run("enable dynamic-cookie backend b")
        #expect(values(fixture) == ["", "own"])
        fixture.run("set dynamic-cookie-key backend b secret")
        let address = SocketAddress(ipv4: 0x0a00_0001, port: 80)
        let value = try #require(DynamicCookie.value(of: address, key: "secret"))
        #expect(values(fixture) == [value, "own"])
        fixture.run("set dynamic-cookie-key backend b other")
        #expect(values(fixture)[0] != value && values(fixture)[0].utf8.count == 16)
        fixture.run("disable dynamic-cookie backend b")
        #expect(values(fixture) == ["", "own"])
        fixture.run("enable dynamic-cookie backend b")
        fixture.run("add server b/s3 10.0.0.3:80")
        #expect(values(fixture)[2].utf8.count == 16)
    }

    @Test func `the key is part of transactions, of the digest and of the state file`() throws {
        let fixture = try RuntimeFixture(Self.boot)
        let (digest, before) = (fixture.run("show state digest b"), values(fixture))
        for line in [
            "begin", "enable dynamic-cookie backend b", "set dynamic-cookie-key backend b k",
        ] {
            fixture.run(line)
        }
        fixture.run("set dynamic-cookie-key backend b")
        fixture.run("del server b/none")
        #expect(fixture.run("commit").hasPrefix("[3] "))
        #expect(fixture.run("show state digest b") == digest && values(fixture) == before)
        fixture.run("enable dynamic-cookie backend b")
        fixture.run("set dynamic-cookie-key backend b k")
        #expect(fixture.run("show state digest b") != digest)
        let again = try RuntimeFixture(Self.boot)
        let file = StateFileFormat.file(fixture.service.table.image)
        #expect(try again.service.restore(file).warnings.isEmpty)
        #expect(values(again) == values(fixture) && values(again)[0] != "")
        #expect(again.run("show state digest b") == fixture.run("show state digest b"))
    }
}
