import Foundation
import Stage
import Testing

/// What happens to the machine and the people around a running `apus`: nothing of it loses the fleet.
@Suite(.tags(.endToEnd), .serialized) struct FaultTests {
    /// `apus-proxy`, and HAProxy where it is installed.
    static let programs: [ExampleFleet.ProxyProgram] =
        [.apusProxy] + [ExampleFleet.ProxyProgram.haproxy].compactMap(\.self)

    @Test(.timeLimit(.minutes(2)), arguments: programs)
    func `an apply that is killed is finished by the next one`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            #expect(try fleet.applyAll().status == 0)
            try await fleet.startTraffic()
            try fleet.commitBigChange()
            let apply = try fleet.startApus(["apply", fleet.repository.bare, "--yes"])
            try await Deadline.wait(for: "the change to begin") {
                let view = try? ProxyView(socket: fleet.proxies[0].socket)
                return view?.servers["shop/shop-4"] != nil
            }
            apply.kill()
            let again = try fleet.applyAll()
            #expect(again.status == 0, "\(again)")
            for view in try fleet.views() { #expect(ExampleFleet.isBigChange(view)) }
            let empty = try fleet.apus("plan", fleet.repository.bare, "--detailed-exitcode")
            #expect(empty.status == 0, "\(empty)")
            #expect(fleet.traffic.report.failures == [:])
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: programs)
    func `a controller that stands still keeps its lock, and one that is killed leaves it`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            let first = try #require(fleet.controller)
            first.signal("STOP")
            let second = try fleet.startApus(
                ["run", fleet.repository.bare, "--listen", "127.0.0.1:0", "--log-format", "json"]
                    + ["--trigger", fleet.folder.path("second.sock"), "--interval", "1s"]
            )
            defer { second.stop() }
            try await Deadline.wait(for: "the second one to wait", within: .seconds(30)) {
                second.log.contains("fleet is locked")
            }
            try fleet.commitBigChange()
            let locked = try fleet.apus(
                "apply",
                fleet.repository.bare,
                "--yes",
                "--timeout",
                "1s"
            )
            #expect(locked.status == 6 || locked.status == 7, "\(locked)")
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }

            first.kill()
            try await fleet.waitForAll("the second one to take over", ExampleFleet.isBigChange)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `a controller that is stopped for a moment goes on`(program: ExampleFleet.ProxyProgram)
        async throws
    {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            try fleet.commitBigChange()
            try await Deadline.wait(for: "the change to begin") {
                let view = try? ProxyView(socket: fleet.proxies[0].socket)
                return view?.servers["shop/shop-4"] != nil
            }
            fleet.controller?.signal("STOP")
            // Somebody types meanwhile what it cannot know when it goes on.
            try RuntimeConsole.ask(
                "set server shop/shop-3 weight 7",
                socket: fleet.proxies[2].socket
            )
            fleet.controller?.signal("CONT")
            try await fleet.waitForAll("the change", ExampleFleet.isBigChange)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: programs)
    func `a branch pushed back and forth ends where it was pushed last`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try await fleet.startRun()
            try await fleet.startTraffic()
            try fleet.commitBigChange()
            for _ in 0..<10 {
                try fleet.repository.run("push", "--quiet", "--force", "origin", "HEAD~1:main")
                try fleet.repository.run("push", "--quiet", "--force", "origin", "HEAD:main")
            }
            try await fleet.waitForAll("the last push", ExampleFleet.isBigChange)
            #expect(fleet.traffic.report.failures == [:])
        }
    }

    /// Where `apus run` writes its log, in the words of a shell.
    static let logs = ["full": ">/dev/full 2>&1", "closed": ">&- 2>&-", "left": "> >(true) 2>&1"]

    @Test(.timeLimit(.minutes(2)), arguments: logs.keys.sorted())
    func `a log that nobody can write or read stops nothing`(log: String) async throws {
        try await EndToEndFleet.with(.apusProxy) { fleet in
            let controller = try fleet.startShell(
                "exec \(Programs.apus) run \(fleet.repository.bare) --listen 127.0.0.1:0 "
                    + (Self.logs[log] ?? "")
            )
            defer { controller.stop() }
            try await fleet.waitForAll("the first revision", ExampleFleet.isFirstRevision)
            try fleet.commitBigChange()
            let applied = try fleet.applyAll()
            #expect(applied.status == 0, "\(applied)")
            for view in try fleet.views() { #expect(ExampleFleet.isBigChange(view)) }
            #expect(controller.isRunning)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [8, 16, 32, 64])
    func `with few descriptors it ends with a word, not with a crash`(limit: Int) async throws {
        try await EndToEndFleet.with(.apusProxy, proxies: ["lb1", "lb2", "lb3"]) { fleet in
            let shell = try fleet.startShell(
                "ulimit -n \(limit); exec \(Programs.apus) apply \(fleet.repository.bare) --yes"
            )
            try await Deadline.wait(for: "its end", within: .seconds(60)) { !shell.isRunning }
            #expect([0, 1, 5, 7, 127].contains(shell.exitStatus), "\(shell.log)")
            #expect(shell.log.contains("ulimit") || shell.log.contains("confirmed"), "\(shell.log)")
            let again = try fleet.applyAll()
            #expect(again.status == 0, "\(again)")
        }
    }
}

extension ExampleFleet {
    /// Starts a shell where the proxies run.
    fileprivate func startShell(_ script: String) throws -> ChildProcess {
        var command = ChildProcess.Command("bash", ["-c", script])
        command.folder = edge
        command.environment = ["XDG_STATE_HOME": stateFolder, "NO_COLOR": "1"]
        return try ChildProcess("bash", command, logPath: folder.path("shell.log"))
    }
}
