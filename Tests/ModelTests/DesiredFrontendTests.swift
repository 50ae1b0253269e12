import Model
import Testing

@Suite struct DesiredFrontendTests {
    @Test func `a frontend needs no rules and no default backend`() throws {
        let origin = Origin(file: "frontend.yaml", line: 6, column: 7)
        let frontend = DesiredFrontend(
            name: try FrontendName("shop-tls"),
            defaults: try DefaultsName("http"),
            binds: [DesiredFrontend.Line("127.0.0.1:8443", origin: origin)],
            origin: origin
        )
        #expect(frontend.rules.isEmpty)
        #expect(frontend.defaultBackend == nil)
    }
}
