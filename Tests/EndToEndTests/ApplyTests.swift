import Stage
import Testing

/// One pass by hand: `apus plan` and `apus apply` against running proxies.
@Suite(.tags(.endToEnd), .serialized) struct ApplyTests {
    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func
        `a change is applied under traffic without a failed request and then there is nothing to do`(
            program: ExampleFleet.ProxyProgram
        ) async throws
    {
        try await EndToEndFleet.with(program) { fleet in
            let first = try fleet.applyAll()
            #expect(first.status == 0, "\(first.output)\(first.errors)")
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }

            try await fleet.startTraffic()
            try fleet.commitBigChange()
            let pending = try fleet.apus("plan", fleet.repository.bare, "--detailed-exitcode")
            #expect(pending.status == 2, "\(pending.output)\(pending.errors)")
            let second = try fleet.applyAll()
            #expect(second.status == 0, "\(second.output)\(second.errors)")
            for view in try fleet.views() { #expect(ExampleFleet.isBigChange(view)) }

            let empty = try fleet.apus("plan", fleet.repository.bare, "--detailed-exitcode")
            #expect(empty.status == 0, "\(empty.output)\(empty.errors)")
            let retired = fleet.traffic.answers(of: "shop-1")
            try await fleet.waitForAnswers(200)
            #expect(fleet.traffic.answers(of: "shop-1") == retired)
            #expect(fleet.traffic.answers(of: "shop-4") > 0)
            #expect(fleet.traffic.report.failures == [:])
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a saved plan is refused once the proxies have moved on`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program, proxies: ["lb1", "lb2", "lb3"]) { fleet in
            #expect(try fleet.applyAll().status == 0)
            try fleet.commitBigChange()
            let file = fleet.folder.path("plan.json")
            #expect(try fleet.apus("plan", fleet.repository.bare, "--out", file).status == 0)
            try RuntimeConsole.ask(
                "set server shop/shop-3 weight 7",
                socket: fleet.proxies[0].socket
            )
            let refused = try fleet.apus("apply", file, "--yes")
            #expect(refused.status == 4, "\(refused.output)\(refused.errors)")
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a saved plan is refused by name when only hidden attributes moved`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            #expect(try fleet.applyAll().status == 0)
            let shop = "backends/shop.yaml"
            try fleet.repository.edit(shop, replace: "weight: 50", with: "weight: 10")
            try fleet.repository.commit("Less for shop-3")
            try fleet.repository.push()
            let file = fleet.folder.path("plan.json")
            #expect(try fleet.apus("plan", fleet.repository.bare, "--out", file).status == 0)
            try fleet.repository.edit(shop, replace: "weight: 10", with: "weight: 50, fall: 7")
            try fleet.repository.commit("Another patience with shop-3")
            try fleet.repository.push()
            #expect(try fleet.applyAll().status == 0)
            let refused = try fleet.apus("apply", file, "--yes")
            let words = refused.output + refused.errors
            #expect(refused.status == 4, "\(words)")
            let name = "server shop/shop-3 was replaced since the plan by one with other hidden"
            #expect(words.contains(name), "\(words)")
            #expect(words.contains("→ 7") || words.contains("(mark "), "\(words)")
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a proxy that is down does not stop the others`(program: ExampleFleet.ProxyProgram)
        async throws
    {
        try await EndToEndFleet.with(program) { fleet in
            fleet.proxies[1].process.kill()
            let result = try fleet.applyAll()
            #expect(result.status == 5, "\(result.output)\(result.errors)")
            #expect((result.output + result.errors).contains("lb2"))
            for index in [0, 2] {
                let view = try ProxyView(
                    socket: fleet.proxies[index].socket,
                    maps: ["maps/hosts.map"]
                )
                #expect(ExampleFleet.isFirstRevision(view))
            }
        }
    }
}
