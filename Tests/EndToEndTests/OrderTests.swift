import Foundation
import Stage
import Testing

/// What people order a fleet to do: leave alone, go back, apply now; with and without a running controller.
@Suite(.tags(.endToEnd), .serialized) struct OrderTests {
    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `apply asks the controller that keeps the fleet and waits for its word`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            // No hook and no look at the repository for an hour: only `apply` can tell it.
            try fleet.startController(["--interval", "1h"])
            try await fleet.waitForAll("the first revision", ExampleFleet.isFirstRevision)
            try fleet.commitBigChange()
            let applied = try fleet.applyAll()
            #expect(applied.status == 0, "\(applied)")
            #expect(applied.errors.contains("waiting for its word"), "\(applied)")
            #expect(applied.output.contains("Applied. 3 of 3 proxies at "), "\(applied)")
            for view in try fleet.views() { #expect(ExampleFleet.isBigChange(view)) }

            try fleet.repository.run("checkout", "--quiet", "-b", "other", "HEAD~1")
            try fleet.repository.run("push", "--quiet", "origin", "other")
            let other = try fleet.apus(
                "apply",
                fleet.repository.bare,
                "--ref",
                "other",
                "--yes",
                "--timeout",
                "20s"
            )
            #expect(other.status == 6, "\(other)")
            #expect(other.errors.contains("apus rollback"), "\(other)")
            for view in try fleet.views() { #expect(ExampleFleet.isBigChange(view)) }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a rollback holds against pushes until it is unpinned`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            try await fleet.startTraffic()
            try fleet.commitBigChange()
            try await fleet.waitForAll("the push", ExampleFleet.isBigChange)

            let back = try fleet.rollback()
            #expect(back.status == 0, "\(back)")
            try await fleet.waitForAll("the revision before", ExampleFleet.isFirstRevision)
            let status = try fleet.apus("status")
            #expect(status.output.contains("pinned"), "\(status)")
            #expect(status.output.contains("shop answers 500"), "\(status)")

            try fleet.commitMoreWeight()
            try await Deadline.wait(for: "a look at the push") {
                try fleet.apus("status", "-o", "json").output.contains("Give shop-2 less")
            }
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }

            #expect(try fleet.apus("unpin", "edge").status == 0)
            try await fleet.waitForAll("the newest revision") { view in
                ExampleFleet.isBigChange(view) && view.servers["shop/shop-2"]?.weight == 30
            }
            #expect(fleet.traffic.report.failures == [:])
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `where no controller runs a rollback does the work itself`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program, proxies: ["lb1", "lb2", "lb3"]) { fleet in
            #expect(try fleet.applyAll().status == 0)
            try fleet.commitBigChange()
            #expect(try fleet.applyAll().status == 0)
            let back = try fleet.rollback()
            #expect(back.status == 0, "\(back)")
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }
            #expect(try fleet.apus("unpin", "edge").status == 0)
            let again = try fleet.apus("unpin", "edge")
            #expect(again.status == 1 && again.errors.contains("not pinned"), "\(again)")
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `what is suspended is left alone until it is resumed`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            #expect(try fleet.applyAll().status == 0)
            for scope in [
                ["--proxy", "lb2"], ["--backend", "cache"], ["--server", "shop/shop-1"],
            ] {
                let words = ["suspend", "edge"] + scope + ["--reason", "a look at it"]
                let suspended = try fleet.apus(arguments: words)
                #expect(suspended.status == 0, "\(suspended)")
            }
            try fleet.repository.edit(
                "backends/cache.yaml",
                replace: "weight: 10",
                with: "weight: 9"
            )
            try fleet.commitBigChange()
            let first = try fleet.applyAll()
            #expect(first.status == 0, "\(first)")

            let views = try fleet.views()
            #expect(ExampleFleet.isFirstRevision(views[1]))
            for view in [views[0], views[2]] {
                #expect(view.servers(of: "shop") == (1...5).map { "shop-\($0)" })
                #expect(view.servers["shop/shop-1"]?.isReady == true)
                #expect(view.servers["shop/shop-3"]?.weight == 10)
                #expect(view.servers["cache/cache-2"]?.weight == 10)
            }

            for scope in [
                ["--proxy", "lb2"], ["--backend", "cache"], ["--server", "shop/shop-1"],
            ] {
                #expect(try fleet.apus(arguments: ["resume", "edge"] + scope).status == 0)
            }
            #expect(try fleet.applyAll().status == 0)
            for view in try fleet.views() {
                #expect(ExampleFleet.isBigChange(view))
                #expect(view.servers["cache/cache-2"]?.weight == 9)
            }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `status --watch tells when something changes`(program: ExampleFleet.ProxyProgram)
        async throws
    {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            let watch = try fleet.startApus(["status", "--watch"])
            defer { watch.stop() }
            try await Deadline.wait(for: "the first status", within: .seconds(30)) {
                watch.log.contains("Describe the edge fleet")
            }
            try fleet.commitBigChange()
            try await Deadline.wait(for: "news of the push", within: .seconds(30)) {
                let last = watch.log.components(separatedBy: "Repository ").last ?? ""
                return last.contains("Grow the shop") && last.contains("3 of 3 proxies in sync")
            }
            #expect(watch.isRunning)
        }
    }
}

extension ExampleFleet {
    fileprivate func rollback() throws -> ChildProcess.Result {
        try apus("rollback", "edge", repository.bare, "--reason", "shop answers 500")
    }

    /// Pushes one more change.
    fileprivate func commitMoreWeight() throws {
        let address = address(of: "shop-2")
        try repository.edit(
            "backends/shop.yaml",
            replace: "    shop-2: \(address)\n",
            with: "    shop-2: {address: \"\(address)\", weight: 30}\n"
        )
        try repository.commit("Give shop-2 less")
        try repository.push()
    }
}
