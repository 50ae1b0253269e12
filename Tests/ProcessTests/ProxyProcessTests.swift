import Stage
import Testing

struct ProxyProcessTests {
    @Test func `a proxy that was started answers and ends when asked`() async throws {
        let proxy = try ProxyProcess(
            """
            global
                stats socket $DIR/stats.sock level admin
            """
        )
        defer { proxy.stop() }
        try await proxy.waitUntilReady()
        #expect(try proxy.ask("show info").contains("Pid: \(proxy.process.pid)"))
        proxy.process.stop()
        #expect(proxy.process.exitStatus == 0)
    }
}
