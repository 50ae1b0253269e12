import Stage
import Testing

/// The continuous loop: pushes, drift and restarts.
@Suite(.tags(.endToEnd), .serialized) struct RunTests {
    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a push reaches every proxy under traffic without a failed request`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            try await fleet.startTraffic()
            try fleet.commitBigChange()
            try await fleet.waitForAll("the push", ExampleFleet.isBigChange)
            try await fleet.waitForAnswers(200)
            #expect(fleet.traffic.report.failures == [:])
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `drift is repaired`(program: ExampleFleet.ProxyProgram) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            for command in [
                "set server shop/shop-2 weight 1", "set server cache/cache-1 state maint",
                "del map maps/hosts.map shop.example.com",
            ] {
                try RuntimeConsole.ask(command, socket: fleet.proxies[2].socket)
            }
            try await fleet.waitForAll("the repair") { view in
                ExampleFleet.isFirstRevision(view) && view.servers["shop/shop-2"]?.weight == 100
                    && view.maps["maps/hosts.map"]?["shop.example.com"] == "shop"
            }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a restarted proxy gets its state back`(program: ExampleFleet.ProxyProgram) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            fleet.proxies[0].process.kill()
            try await fleet.restartProxy(0)
            try await fleet.waitForAll("the restore") { view in
                ExampleFleet.isFirstRevision(view) && view.maps["maps/apus.map"]?["ready"] != nil
            }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a proxy killed while a change is applied ends up where the others are`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            try fleet.commitBigChange()
            try await Deadline.wait(for: "the change to begin on lb2") {
                let view = try? ProxyView(socket: fleet.proxies[1].socket)
                return view?.servers["shop/shop-4"] != nil
            }
            fleet.proxies[1].process.kill()
            try await fleet.restartProxy(1)
            try await fleet.waitForAll("convergence after the kill", ExampleFleet.isBigChange)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `a push with a mistake leaves the fleet as it is`(program: ExampleFleet.ProxyProgram)
        async throws
    {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            try fleet.repository.edit(
                "fleet.yaml",
                replace: "owner: edge-team",
                with: "owner: [edge-team"
            )
            try fleet.repository.commit("Break the fleet")
            try fleet.repository.push()
            try await Deadline.wait(for: "a word about the mistake") {
                fleet.controller?.log.contains("fleet.yaml") == true
            }
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }
            #expect(fleet.controller?.isRunning == true)
        }
    }
}

extension ExampleFleet {
    /// Installs the hook, starts `apus run` and waits for the first revision on every proxy.
    func startRun(_ options: [String] = []) async throws {
        let hook = try apus("hook", "install", repository.bare)
        #expect(hook.status == 0, "\(hook.output)\(hook.errors)")
        try startController(options)
        try await waitForAll("the first revision", Self.isFirstRevision)
    }

    /// Waits until every proxy shows what `isDone` wants.
    func waitForAll(_ what: String, _ isDone: (ProxyView) -> Bool) async throws {
        do {
            try await Deadline.wait(for: what, within: .seconds(20)) {
                guard let views = try? self.views() else { return false }
                return views.allSatisfy(isDone)
            }
        } catch {
            Issue.record("apus run said:\n\(controller?.log.suffix(4_000) ?? "nothing")")
            throw error
        }
    }
}
