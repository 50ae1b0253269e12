import Stage
import Testing

/// The tool itself: clients that talk to origins without a proxy between them.
struct TrafficTests {
    @Test(arguments: [nil, 500], [false, true])
    func `clients without a proxy reach every origin and lose nothing`(rate: Int?, closes: Bool)
        async throws
    {
        var plan = TrafficPlan()
        plan.origins = [TrafficPlan.Origin(name: "one"), TrafficPlan.Origin(name: "two")]
        plan.rate = rate
        plan.bodySize = 40_000
        plan.connections = 4
        plan.closesConnections = closes
        let traffic = try Traffic(plan)
        defer { traffic.stop() }
        traffic.send(to: traffic.originPorts)
        try await Deadline.wait(for: "answers of both origins") {
            traffic.answers(of: "one") > 50 && traffic.answers(of: "two") > 50
        }
        #expect(traffic.report.failures == [:])
    }

    @Test func `a port without a listener is a failure`() async throws {
        var plan = TrafficPlan()
        plan.rate = 100
        let traffic = try Traffic(plan)
        defer { traffic.stop() }
        traffic.send(to: try FreePorts.take(1))
        try await Deadline.wait(for: "failures") { traffic.report.failed > 0 }
        #expect(traffic.report.completed == 0)
    }
}
