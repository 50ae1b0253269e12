import Fleet
import Model
import Planning
import Testing

@Suite(.enabled(if: HAProxyProcess.isInstalled, "no haproxy: `make setup` installs it"))
struct SurveyTests {
    @Test(.timeLimit(.minutes(1)))
    func `a real HAProxy shows every map and what it tells of servers`()
        async throws
    {
        let haproxy = try await HAProxyProcess.start()
        defer { haproxy.stop() }
        let observer = Observer(transport: SocketTransport(), clock: ContinuousClock())
        let survey = try await observer.survey(haproxy.target)
        #expect(survey.observed.maps[haproxy.map]?.entries.map(\.key) == ["old.example"])
        #expect(survey.observed.acls == [haproxy.list: ["192.0.2.1"]])
        let path = ServerPath(try BackendName("boot"), try ServerName("first"))
        #expect(survey.attributes[path]?.command == "check fall 3 rise 2 weight 3")
        #expect(survey.whole.isEmpty)
        #expect(survey.resolved.isEmpty)
        #expect(survey.observed.backends.keys.map(\.text).contains("shop"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `a proxy that is not there is an error, not an empty survey`()
        async throws
    {
        let observer = Observer(transport: SocketTransport(), clock: ContinuousClock())
        await #expect(throws: FleetError.self) {
            try await observer.survey(FleetFixture.target(.unix("/nonexistent/lb.sock")))
        }
    }
}
