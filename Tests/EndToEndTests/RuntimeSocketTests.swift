import Stage
import Testing

/// What strangers do to the Runtime API socket of a running proxy.
@Suite(.tags(.endToEnd)) struct RuntimeSocketTests {
    @Test(.timeLimit(.minutes(1))) func `two hundred connections at once are all answered`()
        async throws
    {
        try await EndToEndFleet.with(.apusProxy, proxies: ["lb1"]) { fleet in
            let socket = fleet.proxies[0].socket
            let answers = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        (try? RuntimeConsole.ask("show info", socket: socket, within: .seconds(20)))?
                            .contains("Pid:") == true
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(answers == 200)
        }
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            String(repeating: "x", count: 40_000), "\u{0}\u{1}\u{ff}binary", "add server", ";;;;",
            "@1 show info",
            "show stat \u{7f}", "add map @x maps/hosts.map <<",
        ]
    )
    func `a hostile command is refused and the proxy serves on`(command: String) async throws {
        try await EndToEndFleet.with(.apusProxy, proxies: ["lb1"]) { fleet in
            let socket = fleet.proxies[0].socket
            // What it answers is its own affair, and so is closing at once; it only must not die.
            _ = try? RuntimeConsole.ask(command, socket: socket, within: .seconds(2))
            let info = try RuntimeConsole.ask("show info", socket: socket)
            #expect(info.contains("Pid:"))
            #expect(fleet.proxies[0].process.isRunning)
        }
    }

    @Test(.timeLimit(.minutes(2))) func `a proxy that hangs does not stop the others`() async throws
    {
        try await EndToEndFleet.with(.apusProxy) { fleet in
            fleet.proxies[1].process.signal("STOP")
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
            fleet.proxies[1].process.signal("CONT")
            #expect(try fleet.applyAll().status == 0)
        }
    }
}
