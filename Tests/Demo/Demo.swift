import Foundation
import Stage

/// The acts of the demo, in order.
struct Demo {
    let screen = Screen()
    let fleet: ExampleFleet
    let start = ContinuousClock.now

    static let timedPushLimit = 300.0
    static let requestsPerSecond = 200

    /// What must be true in the end.
    struct Verdict {
        var timedPush = 0.0
        var failed = 0
        var completed = 0
    }

    /// Runs everything, cleans up, and tells the exit status.
    static func run() async -> Int32 {
        do {
            let fleet = try ExampleFleet("demo", traffic: trafficPlan())
            defer { fleet.close() }
            let demo = Demo(fleet: fleet)
            do {
                let verdict = try await demo.play()
                return demo.close(verdict)
            } catch is CancellationError {
                print("\ninterrupted; everything is stopped")
                return 130
            } catch {
                demo.explain(error)
                return 1
            }
        } catch {
            print("demo: \(error)")
            return 1
        }
    }

    private static func trafficPlan() -> TrafficPlan {
        var plan = TrafficPlan()
        plan.origins = ExampleFleet.origins.map { TrafficPlan.Origin(name: $0.name) }
        plan.rate = requestsPerSecond
        plan.connections = 64
        plan.requests = (0..<40).map { number in
            switch number % 4 {
            case 0, 1: TrafficPlan.Request(host: "shop.example.com", path: "/cart/\(number)")
            case 2: TrafficPlan.Request(host: "static.example.com", path: "/app-\(number).js")
            default: TrafficPlan.Request(host: "img.example.com", path: "/photo-\(number).jpg")
            }
        }
        return plan
    }

    private func play() async throws -> Verdict {
        print(screen.styled("Apus: three Swift proxies follow a git repository", .bold))
        try await startEverything()
        try await pushTheBigChange()
        var verdict = Verdict()
        verdict.timedPush = try await pushAgainstTheClock()
        try await breakByHand()
        fleet.traffic.pause()
        let report = fleet.traffic.report
        verdict.failed = report.failed
        verdict.completed = report.completed
        for (reason, count) in report.failures.sorted(by: { $0.key < $1.key }) {
            print("    \(count) × \(reason)")
        }
        return verdict
    }

    // MARK: - Acts

    private func startEverything() async throws {
        heading("1", "Start: eleven origins, three apus-proxy, a bare repository, apus run")
        try await fleet.startProxies()
        for proxy in fleet.proxies {
            let name = screen.styled(proxy.name, .name)
            print(
                "    \(name)  traffic 127.0.0.1:\(proxy.port)   Runtime API run/\(proxy.name).sock"
            )
        }
        let commit = try fleet.repository.commit("Describe the edge fleet")
        try fleet.repository.push()
        let hook = try fleet.apus("hook", "install", fleet.repository.bare)
        guard hook.status == 0 else {
            throw DemoFailure("apus hook install: \(hook.errors)\(hook.output)")
        }
        let began = Date.now.timeIntervalSince1970 * 1000
        try fleet.startController(["--drift-interval", "1s"])
        try await converge(on: commit, since: began) { view in
            view.isReady("shop", ["shop-1", "shop-2", "shop-3"])
                && view.isReady("cache", ["cache-1", "cache-2", "cache-3"])
                && view.maps["maps/hosts.map"]?["shop.example.com"] == "shop"
        }
        fleet.traffic.send(to: fleet.proxies.map(\.port))
        print(
            "    from here on \(Self.requestsPerSecond) requests a second to each proxy, without a pause"
        )
    }

    private func pushTheBigChange() async throws {
        heading("2", "git push: two servers more, one less, a weight, a route")
        let before = try await served()
        let repository = fleet.repository
        let base = try repository.run("rev-parse", "HEAD").trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        try repository.edit(
            "backends/shop.yaml",
            replace: "    shop-1: \(fleet.address(of: "shop-1"))\n",
            with:
                "    shop-4: \(fleet.address(of: "shop-4"))\n    shop-5: \(fleet.address(of: "shop-5"))\n"
        )
        try repository.edit("backends/shop.yaml", replace: "weight: 50", with: "weight: 10")
        try repository.edit(
            "routes.yaml",
            replace: "hosts: [static.example.com]",
            with: "hosts: [static.example.com, img.example.com]"
        )
        let commit = try repository.commit("Grow the shop, retire shop-1")
        showDifference(try repository.run("diff", "-U0", base, commit))
        // Reviewed from a branch of its own, as a merge request would be.
        try repository.run("push", "--quiet", "origin", "HEAD:review")
        print("\n    $ apus plan --from main --to review")
        let plan = try fleet.apus("plan", repository.bare, "--from", "main", "--to", "review")
        print(indented(plan.output + plan.errors))
        guard plan.status == 0 else {
            throw DemoFailure("apus plan ended with status \(plan.status)")
        }

        print("\n    $ git push")
        try repository.push()
        try await converge(on: commit, since: nil) { view in
            view.isReady("shop", ["shop-2", "shop-3", "shop-4", "shop-5"])
                && view.servers["shop/shop-3"]?.weight == 10
                && view.maps["maps/hosts.map"]?["img.example.com"] == "cache"
        }
        show(before: before, after: try await served())
    }

    /// Milliseconds from the update of the ref to the last proxy's confirmation.
    private func pushAgainstTheClock() async throws -> Double {
        heading("3", "git push against the clock: servers without checks, one wave, no soak")
        try fleet.repository.edit(
            "backends/cache.yaml",
            replace: "    cache-1: \(fleet.address(of: "cache-1"))\n",
            with: "    cache-1: {address: \"\(fleet.address(of: "cache-1"))\", weight: 20}\n"
                + "    cache-4: \(fleet.address(of: "cache-4"))\n"
        )
        let commit = try fleet.repository.commit("Grow the cache")
        showDifference(try fleet.repository.run("diff", "-U0", "HEAD~1", "HEAD"))
        print("\n    $ git push")
        try fleet.repository.push()
        return try await converge(on: commit, since: nil) { view in
            view.isReady("cache", ["cache-1", "cache-2", "cache-3", "cache-4"])
                && view.servers["cache/cache-1"]?.weight == 20
        }
    }

    private func breakByHand() async throws {
        heading("4", "Drift: someone changes lb2 by hand, past git")
        let proxy = fleet.proxies[1]
        let began = ContinuousClock.now
        for command in ["set server shop/shop-2 weight 1", "set server cache/cache-2 state maint"] {
            print("    $ echo \"\(command)\" | socat - run/lb2.sock")
            let answer = try RuntimeConsole.ask(command, socket: proxy.socket)
            if !answer.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty {
                print(indented(answer))
            }
        }
        let broken = try ProxyView(socket: proxy.socket)
        guard broken.servers["shop/shop-2"]?.weight == 1,
            broken.servers["cache/cache-2"]?.isReady == false
        else {
            throw DemoFailure("the proxy did not do what was asked by hand")
        }
        try await Deadline.wait(for: "repair of the drift", within: .seconds(15)) {
            let view = try ProxyView(socket: proxy.socket)
            return view.servers["shop/shop-2"]?.weight == 100
                && view.servers["cache/cache-2"]?.isReady == true
        }
        let time = milliseconds(ContinuousClock.now - began)
        print(
            "    \(screen.styled("✓", .good)) weight 100 and ready again after \(time) (apus looks every second here)"
        )
    }

    /// Requests a second by origin, over a window of two seconds.
    private func served() async throws -> [Int] {
        let begin = (fleet.traffic.report, ContinuousClock.now)
        try await Task.sleep(for: .seconds(2))
        let end = (fleet.traffic.report, ContinuousClock.now)
        let seconds = (end.1 - begin.1) / .seconds(1)
        return end.0.since(begin.0).answersByOrigin.map { Int((Double($0) / seconds).rounded()) }
    }

    // MARK: - Waiting

    /// Waits until every proxy shows what `isDone` wants and apus has confirmed the commit; prints both times.
    ///
    /// Counted from `since` (milliseconds since 1970), or from the moment the branch in the bare repository
    /// moved. Returns the milliseconds until the last confirmation.
    @discardableResult
    private func converge(
        on commit: String,
        since: Double?,
        isDone: @escaping (ProxyView) -> Bool
    ) async throws -> Double {
        var seen: [String: Double] = [:]
        var log = ControllerLog("")
        try await Deadline.wait(for: "convergence", within: .seconds(20), every: .milliseconds(2)) {
            guard let controller = fleet.controller, controller.isRunning else {
                throw DemoFailure("apus run ended by itself")
            }
            for (proxy, view) in zip(fleet.proxies, try fleet.views()) where seen[proxy.name] == nil
            {
                if isDone(view) { seen[proxy.name] = Date.now.timeIntervalSince1970 * 1000 }
            }
            guard seen.count == fleet.proxies.count else { return false }
            log = ControllerLog(controller.log)
            return log.convergence(on: commit) != nil
        }
        let start = since ?? fleet.repository.refUpdate * 1000
        let end = log.convergence(on: commit)?.time ?? .infinity
        let confirmed = log.confirmations(after: start, until: end)
        show(seen: seen, confirmed: confirmed, end: end, since: start)
        return end - start
    }
}
