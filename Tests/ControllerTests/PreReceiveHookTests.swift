import FoundationEssentials
import Testing

@testable import Controller

@Suite struct PreReceiveHookTests {
    @Test func `the gate is written beside the other hook`() throws {
        let folder = try TemporaryFolder()
        try Data("ref: refs/heads/main\n".utf8).write(to: URL(filePath: folder.path + "/HEAD"))
        try FileManager.default.createDirectory(
            atPath: folder.path + "/objects",
            withIntermediateDirectories: false
        )
        let hook = PreReceiveHook(executable: "/opt/apus", branches: ["main"], state: "/var/apus")
        #expect(try hook.install(into: folder.path) == .installed)
        #expect(try hook.install(into: folder.path) == .alreadyInstalled)
        #expect(hook.command == "'/opt/apus' hook gate --branch 'main' --state-dir '/var/apus'")
        let other = GitHook(name: "pre-receive", command: "true")
        #expect(try other.install(into: folder.path) == .updated)
    }

    @Test func `what git says of a reference is read`() {
        let zero = String(repeating: "0", count: 40)
        let commit = String(repeating: "a", count: 40)
        let made = ReferenceUpdate("\(zero) \(commit) refs/heads/main")
        #expect(made?.old == nil && made?.new == commit && made?.name == "refs/heads/main")
        #expect(ReferenceUpdate("\(commit) \(zero) refs/heads/x")?.new == nil)
        #expect(ReferenceUpdate("hello") == nil)
    }
}
