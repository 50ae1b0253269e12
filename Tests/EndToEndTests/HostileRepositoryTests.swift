import Foundation
import Stage
import Testing

/// What people and programs do to the repository that a running `apus` follows.
@Suite(.tags(.endToEnd), .serialized) struct HostileRepositoryTests {
    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `a branch that is deleted empties no fleet`(program: ExampleFleet.ProxyProgram)
        async throws
    {
        try await EndToEndFleet.with(program, proxies: ["lb1", "lb2", "lb3"]) { fleet in
            try fleet.repository.run("push", "--quiet", "origin", "HEAD:spare")
            try await fleet.startRun(["--ref", "spare"])
            try fleet.repository.run("push", "--quiet", "origin", "--delete", "spare")
            try await Deadline.wait(for: "a word about the branch", within: .seconds(30)) {
                try fleet.apus("status").output.contains("cannot be read")
            }
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }
            // It is kept, too: what somebody changes is put right.
            try RuntimeConsole.ask(
                "set server shop/shop-3 weight 7",
                socket: fleet.proxies[0].socket
            )
            try await fleet.waitForAll("the repair", ExampleFleet.isFirstRevision)
            try fleet.commitBigChange()
            try fleet.repository.run("push", "--quiet", "origin", "HEAD:spare")
            try await fleet.waitForAll("the branch that is back", ExampleFleet.isBigChange)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `a push that no hook tells of is found`(program: ExampleFleet.ProxyProgram) async throws {
        try await EndToEndFleet.with(program) { fleet in
            try fleet.startController(["--interval", "500ms"])
            try await fleet.waitForAll("the first revision", ExampleFleet.isFirstRevision)
            try fleet.commitBigChange()
            try await fleet.waitForAll("the push", ExampleFleet.isBigChange)
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `a commit that a policy forbids leaves the fleet as it is`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            let guardian = "\(Programs.top)/policies/never-last-server.yaml"
            try FileManager.default.copyItem(
                atPath: guardian,
                toPath: "\(fleet.repository.path)/guard.yaml"
            )
            try fleet.repository.commit("Set a guard")
            try fleet.repository.push()
            try await fleet.startRun()
            for name in ["cache-1", "cache-2", "cache-3"] {
                let address = fleet.address(of: name)
                try fleet.repository.edit(
                    "backends/cache.yaml",
                    replace: "    \(name): \(address)\n",
                    with: "    \(name): {address: \"\(address)\", state: maint}\n"
                )
            }
            try fleet.repository.commit("Take the whole cache out")
            try fleet.repository.push()
            try await Deadline.wait(for: "a word about the policy", within: .seconds(30)) {
                try fleet.apus("status").output.contains("never-last-server")
            }
            for view in try fleet.views() { #expect(ExampleFleet.isFirstRevision(view)) }
            let applied = try fleet.apus("apply", fleet.repository.bare, "--yes", "--timeout", "8s")
            #expect([1, 3].contains(applied.status), "\(applied)")
            #expect((applied.errors + applied.output).contains("never-last-server"), "\(applied)")
        }
    }

    @Test func `a hook works in the environment that git gives it`() throws {
        let folder = try TemporaryFolder("hook")
        defer { folder.remove() }
        let repository = try GitWorktree(path: folder.path("work"), bare: folder.path("fleet.git"))
        let installed = try ChildProcess.run(
            ChildProcess.Command(
                Programs.apus,
                ["hook", "install", "--gate", repository.bare, "--state-dir", folder.path("state")]
            )
        )
        #expect(installed.status == 0, "\(installed)")
        try folder.write("kind: [\n", to: "work/fleet.yaml")
        try repository.commit("A mistake")
        // Objects of a push lie in quarantine until the gate has let them through.
        #expect(throws: (any Error).self) { try repository.push() }
        try folder.write(
            "apiVersion: apus/v1\nkind: Fleet\nmetadata: {name: edge}\n"
                + "spec: {proxies: [{name: lb1, runtime: \"unix:run/lb1.sock\"}]}\n",
            to: "work/fleet.yaml"
        )
        try repository.commit("As it should be")
        // Nobody listens to the hook after the push, and that fails no push either.
        _ = try repository.push()
    }

    /// What `objects/info/alternates` may say.
    static let alternates = ["../../fleet.git/objects", "/etc", "/nonexistent", "\n\n../objects\n"]

    @Test(arguments: alternates)
    func `objects borrowed from elsewhere never stop a reader`(place: String) throws {
        let folder = try TemporaryFolder("alternates")
        defer { folder.remove() }
        let repository = try GitWorktree(path: folder.path("work"), bare: folder.path("fleet.git"))
        try folder.write(
            "apiVersion: apus/v1\nkind: Fleet\nmetadata: {name: edge}\n"
                + "spec: {proxies: [{name: lb1, runtime: \"unix:run/lb1.sock\"}]}\n",
            to: "work/fleet.yaml"
        )
        try repository.commit("Begin")
        try repository.push()
        try folder.write("\(place)\n", to: "fleet.git/objects/info/alternates")
        let result = try ChildProcess.run(
            ChildProcess.Command(Programs.apus, ["check", repository.bare])
        )
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("1 fleet"), "\(result)")
    }

    /// Characters that end lines somewhere.
    static let lineEnds = ["\u{85}", "\u{2028}", "\u{2029}"]

    @Test(arguments: lineEnds) func `what other systems end lines with is told from text`(
        end: String
    ) throws {
        let folder = try TemporaryFolder("lines")
        defer { folder.remove() }
        try folder.folder("repo")
        try folder.write(
            "apiVersion: apus/v1\(end)kind: Fleet\nmetadata: {name: \"a\(end)b\"}\n",
            to: "repo/fleet.yaml"
        )
        let result = try ChildProcess.run(
            ChildProcess.Command(Programs.apus, ["check", folder.path("repo"), "--worktree"])
        )
        #expect(result.status == 1, "\(result)")
        let text = result.output + result.errors
        #expect(text.contains("fleet.yaml:"), "\(text)")
        #expect(!text.contains(end), "it is not printed raw")
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ExampleFleet.ProxyProgram.apusProxy])
    func `a state folder that cannot be written is an error before anything is sent`(
        program: ExampleFleet.ProxyProgram
    ) async throws {
        try await EndToEndFleet.with(program) { fleet in
            for place in ["/proc/apus", "\(fleet.folder.path("fleet.git"))/HEAD/x"] {
                let result = try fleet.apus(
                    "apply",
                    fleet.repository.bare,
                    "--yes",
                    "--state-dir",
                    place
                )
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.contains(place), "\(result)")
            }
            for view in try fleet.views() { #expect(view.servers(of: "shop") == []) }
        }
    }
}
