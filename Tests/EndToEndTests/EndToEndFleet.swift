import Foundation
import Stage

/// The example fleet with steady traffic, as every end-to-end test begins.
enum EndToEndFleet {
    /// Runs `body` with started proxies and an initial commit that is pushed; cleans up whatever happens.
    static func with(
        _ program: ExampleFleet.ProxyProgram,
        proxies: [String] = ["lb1", "lb2", "lb3"],
        alsoAsking host: String? = nil,
        prepare: (ExampleFleet) throws -> Void = { _ in },
        _ body: (ExampleFleet) async throws -> Void
    ) async throws {
        var plan = TrafficPlan()
        plan.origins = ExampleFleet.origins.map { TrafficPlan.Origin(name: $0.name) }
        plan.rate = 100
        plan.connections = 32
        plan.requests = (0..<16).map { number in
            number.isMultiple(of: 2)
                ? TrafficPlan.Request(host: "shop.example.com", path: "/cart/\(number)")
                : TrafficPlan.Request(host: "static.example.com", path: "/app-\(number).js")
        }
        if let host {
            plan.requests += (0..<4).map { TrafficPlan.Request(host: host, path: "/\($0)") }
        }
        let fleet = try ExampleFleet("end-to-end", program: program, traffic: plan)
        defer { fleet.close() }
        try prepare(fleet)
        try fleet.repository.commit("Describe the edge fleet")
        try fleet.repository.push()
        try await fleet.startProxies(proxies)
        try await body(fleet)
    }
}

extension ExampleFleet {
    /// Brings the fleet to the pushed revision with one `apus apply`.
    func applyAll() throws -> ChildProcess.Result { try apus("apply", repository.bare, "--yes") }

    /// Starts traffic and waits until every proxy has answered some.
    func startTraffic() async throws {
        traffic.send(to: proxies.map(\.port))
        try await waitForAnswers(50)
    }

    /// Waits until `count` more requests are answered.
    func waitForAnswers(_ count: Int) async throws {
        let before = traffic.report.completed
        try await Deadline.wait(for: "\(count) answers; \(traffic.report.failures)") {
            traffic.report.completed >= before + count
        }
    }

    /// The change that most tests push: two servers more, one less, a weight, a route.
    func commitBigChange() throws {
        try repository.edit(
            "backends/shop.yaml",
            replace: "    shop-1: \(address(of: "shop-1"))\n",
            with: "    shop-4: \(address(of: "shop-4"))\n    shop-5: \(address(of: "shop-5"))\n"
        )
        try repository.edit("backends/shop.yaml", replace: "weight: 50", with: "weight: 10")
        try repository.edit(
            "routes.yaml",
            replace: "[static.example.com]",
            with: "[static.example.com, img.example.com]"
        )
        try repository.commit("Grow the shop, retire shop-1")
        try repository.push()
    }

    /// True if a proxy runs what the first commit asks for.
    static func isFirstRevision(_ view: ProxyView) -> Bool {
        view.isReady("shop", ["shop-1", "shop-2", "shop-3"])
            && view.isReady("cache", ["cache-1", "cache-2", "cache-3"])
            && view.servers["shop/shop-3"]?.weight == 50
            && view.maps["maps/hosts.map"]?["static.example.com"] == "cache"
    }

    /// True if a proxy runs what `commitBigChange` asks for.
    static func isBigChange(_ view: ProxyView) -> Bool {
        view.isReady("shop", ["shop-2", "shop-3", "shop-4", "shop-5"])
            && view.servers["shop/shop-3"]?.weight == 10
            && view.maps["maps/hosts.map"]?["img.example.com"] == "cache"
    }
}
