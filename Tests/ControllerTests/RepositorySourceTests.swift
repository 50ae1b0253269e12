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
