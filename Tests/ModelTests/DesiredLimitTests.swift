import Model
import Testing

@Suite struct DesiredLimitTests {
    @Test func `a target prints as its command`() throws {
        let frontend = try FrontendName("public")
        let targets: [LimitTarget] = [
            .globalMaxconn, .frontendMaxconn(frontend), .rate(.sessions), .rate(.sslSessions),
        ]
        #expect(
            targets.map(\.description) == [
                "maxconn global", "maxconn frontend public", "rate-limit sessions global",
                "rate-limit ssl-sessions global",
            ]
        )
    }

    @Test(arguments: [
        "maxconn global", "maxconn frontend a.b", "rate-limit http-compression global",
    ]) func `a target is read from what it prints`(text: String) {
        #expect(LimitTarget(text)?.description == text)
    }

    @Test(arguments: [
        "", "maxconn", "maxconn frontend", "maxconn frontend a b", "rate-limit x global",
        "maxconn  global", "rate-limit sessions",
    ]) func `anything else is no target`(text: String) {
        #expect(LimitTarget(text) == nil)
    }

    @Test func `targets have one order`() throws {
        let targets: [LimitTarget] = [
            .rate(.sessions), .rate(.connections), .frontendMaxconn(try FrontendName("b")),
            .frontendMaxconn(try FrontendName("a")), .globalMaxconn,
        ]
        #expect(targets.sorted() == targets.reversed())
    }
}
