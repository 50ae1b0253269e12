import Desired
import FoundationEssentials
import Model
import Testing

@testable import Controller

@Suite struct RepositorySourceTests {
    private func source(_ repository: String, executable: String = "/bin/false") throws
        -> RepositorySource
    {
        RepositorySource(
            repository,
            worktree: false,
            state: StateDirectory(path: "/tmp/apus-test-none"),
            executable: executable
        )
    }

    @Test func `everyone who means the same folder gets the same name`() throws {
        let folder = try TemporaryFolder()
        let name = try source(folder.path).name
        #expect(try source(folder.path + "/").name == name)
        #expect(try source(folder.path + "/x/..").name == name)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link",
            withDestinationPath: folder.path
        )
        #expect(try source(folder.path + "/link").name == name)
    }

    @Test func `a path needs no mirror, a URL does`() throws {
        #expect(try !source("/srv/fleet.git").isRemote)
        #expect(try source("https://git.example/fleet.git").isRemote)
        #expect(try source("git@git.example:fleet.git").isRemote)
    }

    @Test func `policies of a folder hold for the fleets they match, on top of its own`()
        async throws
    {
        let worktree = try Worktree()
        let guards = try TemporaryFolder()
        for (name, fleet) in [("one", "edge"), ("two", "core")] {
            let text = """
                apiVersion: apus/v1
                kind: Policy
                metadata: {name: \(name)}
                spec:
                  match: {fleets: {matchNames: [\(fleet)]}}
                  validations: [{expression: "true", message: never}]
                """
            try Data(text.utf8).write(to: URL(filePath: "\(guards.path)/\(name).yaml"))
        }
        let source = RepositorySource(
            worktree.path,
            worktree: true,
            state: worktree.state,
            executable: "/bin/false"
        ).under(policiesOf: guards.path, state: worktree.state, executable: "/bin/false")
        let tree = try await source.policyTree()
        let loaded = try await source.load(try await source.resolve("HEAD"))
        #expect(loaded.diagnostics == [])
        #expect(loaded.state?.fleets.first?.policies.map(\.name) == ["one"])
        #expect(
            loaded.policies.map(\.origin.file) == [
                "\(RepositorySource.absolute(guards.path)):one.yaml",
                "\(RepositorySource.absolute(guards.path)):two.yaml",
            ]
        )

        try FileManager.default.removeItem(atPath: "\(guards.path)/one.yaml")
        #expect(try await source.policyTree() != tree)
        try FileManager.default.removeItem(atPath: "\(guards.path)/two.yaml")
        let unguarded = try await source.load(try await source.resolve("HEAD"))
        #expect(unguarded.state == nil)
        #expect(unguarded.diagnostics.map(\.message) == ["no Policy is declared here"])
    }

    @Test func `a child that fails is quoted`() async throws {
        let remote = try source("https://git.example/fleet.git")
        let error = await #expect(throws: RepositorySource.FetchFailed.self) {
            try await remote.fetch(within: .seconds(60), clock: ContinuousClock())
        }
        #expect(
            error?.description.hasPrefix("cannot fetch https://git.example/fleet.git: ") == true
        )
    }

    @Test func `a child that hangs is ended at its deadline`() async throws {
        let folder = try TemporaryFolder()
        let script = folder.path + "/hang"
        try Data("#!/bin/sh\nexec tail -f /dev/null\n".utf8).write(to: URL(filePath: script))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        let remote = try source("https://git.example/fleet.git", executable: script)
        let error = await #expect(throws: RepositorySource.FetchFailed.self) {
            try await remote.fetch(within: .milliseconds(200), clock: ContinuousClock())
        }
        #expect(error?.description.contains("no answer in 200 ms") == true)
    }
}
