import Model
import Testing

@testable import Proxy

@Suite struct ConfigParserCookieTests {
    private func parse(_ lines: String) -> (configuration: ProxyConfiguration?, messages: [String])
    {
        let parsed = ConfigParser.parse(
            files: [(name: "b.cfg", text: "backend b\n mode http\n \(lines)\n")],
            environment: [:],
            reading: { _ in nil }
        )
        return (parsed.configuration, parsed.diagnostics.map(\.message))
    }

    @Test func `every word of a cookie line is read`() throws {
        let backend = try #require(
            parse(
                """
                cookie SRV insert indirect nocache postonly preserve httponly secure domain .a domain .b \
                maxidle 30m maxlife 8h attr SameSite=None dynamic
                 dynamic-cookie-key k
                """
            ).configuration
        ).backends[0]
        let cookie = backend.options.cookie
        #expect(cookie.mode == .insert)
        #expect(cookie.isIndirect && cookie.forbidsCaching && cookie.isForPostOnly)
        #expect(cookie.preservesServers && cookie.isDynamic)
        #expect(cookie.maxIdle == 1800 && cookie.maxLife == 28_800)
        #expect(backend.dynamicCookieKey == "k")
        let attributes = cookie.attributes.indices.map { cookie.attributes[$0] }
        #expect(
            String(decoding: attributes, as: UTF8.self)
                == "; path=/; domain=.a; domain=.b; HttpOnly; Secure; SameSite=None"
        )
        #expect(CookieAttributes().text == "; path=/")
    }

    @Test(arguments: [
        "cookie", "cookie a b", "cookie a insert rewrite", "cookie a:b insert",
        "cookie a rewrite maxidle 1m", "cookie a insert maxidle x", "cookie a insert domain",
        "cookie a insert dynamic", "cookie a insert attr x;y", "dynamic-cookie-key",
    ])
    func `what does not fit is refused`(_ line: String) {
        #expect(parse(line).messages.count == 1)
    }
}
