import Foundation
import Stage
import Testing

/// `apus import` and `apus trace` against running proxies.
@Suite(.tags(.endToEnd), .serialized) struct ImportTests {
    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `what runs comes back as documents that plan to nothing`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program, proxies: ["lb1"]) { fleet in
            let applied = try fleet.apus("apply", fleet.repository.bare, "--proxy", "lb1", "--yes")
            #expect(applied.status == 0, "\(applied.output)\(applied.errors)")
            let socket = fleet.proxies[0].socket
            // Somebody worked on it by hand, too.
            try RuntimeConsole.ask(
                "add server shop/by-hand 127.0.0.1:9 weight 3 maxconn 7; set server shop/by-hand state drain",
                socket: socket
            )
            try RuntimeConsole.ask("set server shop/shop-2 weight 42", socket: socket)
            for boot in [[], ["--boot", "\(fleet.edge)/boot/edge.cfg"]] {
                let out = fleet.folder.path("imported\(boot.count)")
                let imported = try fleet.apus(
                    arguments: ["import", "lb1=unix:\(socket)", "--out", out] + boot
                )
                #expect(imported.status == 0, "\(imported.output)\(imported.errors)")
                #expect(imported.errors.contains("plans to nothing"), "\(imported.errors)")
                let text = try String(contentsOfFile: "\(out)/backends/shop.yaml", encoding: .utf8)
                #expect(text.contains("weight: 42"), "\(text)")
                #expect(
                    text.contains("by-hand: {address: \"127.0.0.1:9\", state: drain"),
                    "\(text)"
                )
                let plan = try fleet.apus("plan", out, "--worktree", "--detailed-exitcode")
                #expect(plan.status == 0, "\(plan.output)\(plan.errors)\(text)")
                let again = try fleet.apus("import", "unix:\(socket)", "--out", out)
                #expect(again.status == 1)
                #expect(again.errors.contains("is not empty"), "\(again.errors)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `a live server is traced to its commit, author and line`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program, proxies: ["lb1"]) { fleet in
            #expect(
                try fleet.apus("apply", fleet.repository.bare, "--proxy", "lb1", "--yes").status
                    == 0
            )
            try fleet.commitBigChange()
            let trace = try fleet.apus(
                "trace",
                "lb1",
                "shop/shop-3",
                "--repository",
                fleet.repository.bare
            )
            #expect(trace.status == 0, "\(trace.output)\(trace.errors)")
            #expect(trace.output.contains("shop/shop-3 on lb1 of fleet edge"), "\(trace.output)")
            #expect(trace.output.contains("weight 50"), "\(trace.output)")
            #expect(trace.output.contains("backends/shop.yaml:"), "\(trace.output)")
            #expect(trace.output.contains("Grow the shop, retire shop-1"), "\(trace.output)")
            let nobody = try fleet.apus(
                "trace",
                "lb1",
                "shop/none",
                "--repository",
                fleet.repository.bare
            )
            #expect(nobody.status == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ExampleFleet.ProxyProgram.all)
    func `what a script added is adopted, once, and nothing else is touched`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program, proxies: ["lb1"]) { fleet in
            let socket = fleet.proxies[0].socket
            let address = fleet.address(of: "cache-1")
            try RuntimeConsole.ask("add server cache/cache-1 \(address) weight 10", socket: socket)
            try RuntimeConsole.ask("set server cache/cache-1 state ready", socket: socket)
            let arguments = [fleet.repository.bare, "--proxy", "lb1", "--yes"]
            let applied = try fleet.apus(arguments: ["apply"] + arguments)
            #expect(applied.status == 0, "\(applied.output)\(applied.errors)")
            let before = try Self.id(of: "cache-1", socket: socket)
            let adopted = try fleet.apus(arguments: ["adopt"] + arguments)
            #expect(adopted.status == 0, "\(adopted.output)\(adopted.errors)")
            #expect(adopted.output.contains("cache-1"), "\(adopted.output)")
            #expect(!adopted.output.contains("cache-2"), "\(adopted.output)")
            let after = try Self.id(of: "cache-1", socket: socket)
            #expect(after != before)
            let again = try fleet.apus(arguments: ["adopt"] + arguments)
            #expect(again.status == 0, "\(again.output)\(again.errors)")
            #expect(again.output.contains("No changes"), "\(again.output)")
        }
    }

    /// The numeric id of a server of `cache`.
    private static func id(of server: String, socket: String) throws -> Int? {
        let table = try RuntimeConsole.ask("show servers state cache", socket: socket)
        let rows = table.split(separator: "\n").map { $0.split(separator: " ") }
        return rows.first { $0.count > 3 && $0[3] == server }.flatMap { Int($0[2]) }
    }
}
