import FoundationEssentials
import Testing

@testable import Controller

@Suite struct PostReceiveHookTests {
    private let hook = PostReceiveHook(executable: "/opt/it's/apus", trigger: "/run/apus.sock")

    private func bareRepository() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try Data("ref: refs/heads/main\n".utf8).write(to: URL(filePath: folder.path + "/HEAD"))
        let objects = folder.path + "/objects"
        try FileManager.default.createDirectory(atPath: objects, withIntermediateDirectories: false)
        return folder
    }

    @Test func `it is installed once and stays`() throws {
        let folder = try bareRepository()
        #expect(try hook.install(into: folder.path) == .installed)
        #expect(try hook.install(into: folder.path) == .alreadyInstalled)
        let path = folder.path + "/hooks/post-receive"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o755)
        let script = FileManager.default.contents(atPath: path).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(script == hook.script)
        #expect(
            hook.script.contains(#"'/opt/it'\''s/apus' hook notify --trigger '/run/apus.sock'"#)
        )
    }

    @Test func `ours is rewritten when the executable moved`() throws {
        let folder = try bareRepository()
        _ = try PostReceiveHook(executable: "/old/apus", trigger: "/x").install(into: folder.path)
        #expect(try hook.install(into: folder.path) == .updated)
    }

    @Test func `somebody else's hook is kept, and the line to add is told`() throws {
        let folder = try bareRepository()
        let path = folder.path + "/hooks/post-receive"
        try FileManager.default.createDirectory(
            atPath: folder.path + "/hooks",
            withIntermediateDirectories: false
        )
        try Data("#!/bin/sh\nmail ops\n".utf8).write(to: URL(filePath: path))
        let error = #expect(throws: PostReceiveHook.Refused.self) {
            try hook.install(into: folder.path)
        }
        #expect(error?.description.contains(hook.command) == true)
        #expect(FileManager.default.contents(atPath: path) == Data("#!/bin/sh\nmail ops\n".utf8))
    }

    @Test func `a work tree's repository is found`() throws {
        let folder = try bareRepository()
        let outer = try TemporaryFolder()
        try FileManager.default.moveItem(atPath: folder.path, toPath: outer.path + "/.git")
        #expect(try hook.install(into: outer.path) == .installed)
        #expect(FileManager.default.fileExists(atPath: outer.path + "/.git/hooks/post-receive"))
    }

    @Test func `a folder that is no repository is refused`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: PostReceiveHook.Refused.self) { try hook.install(into: folder.path) }
    }
}
