import Foundation
import Model
import Testing

@testable import Desired

@Suite struct RepositoryTests {
    private static func failure(_ body: () throws -> Void) -> GitError? {
        do {
            try body()
            return nil
        } catch {
            return error as? GitError
        }
    }

    @Test func `a path that does not exist is no repository`() {
        let source = DesiredSource(.repository(path: "/nonexistent/apus"))
        let error = Self.failure { _ = try source.resolve() }
        #expect(
            error?.description
                == "/nonexistent/apus is not a Git repository; name the folder that holds .git or a bare "
                + "repository, or read plain files with --worktree"
        )
        #expect(error?.kind == .noRepository)
    }

    @Test func `a repository is not searched for in parents`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(["inner/a.yaml": ""])
        let source = DesiredSource(.repository(path: repository.path + "/inner"))
        #expect(Self.failure { _ = try source.resolve() }?.kind == .noRepository)
    }

    @Test(arguments: [false, true]) func `an empty repository means nothing to apply yet`(
        bare: Bool
    ) throws {
        let repository = try TemporaryRepository(bare: bare)
        let error = Self.failure { _ = try repository.source.resolve() }
        #expect(error?.kind == .unborn)
        #expect(
            error?.message
                == "the repository \(repository.path) has no commit yet: nothing to apply"
        )
    }

    @Test func `an ancestor and an abbreviated id name a commit, a branch of that name wins`()
        throws
    {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let first = try repository.source.resolve()
        try repository.commit(["more.yaml": ""])
        for name in ["HEAD~1", "main^", first.description] {
            #expect(try repository.source.resolve(name).commit == first.commit)
        }
        try repository.git("branch", first.description, "main")
        #expect(try repository.source.resolve(first.description).commit != first.commit)
        for name in ["HEAD~99", "main~x", "~1", "main@{1}", "HEAD^{tree}", "dead"] {
            #expect(Self.failure { _ = try repository.source.resolve(name) } != nil)
        }
    }

    @Test func `an unborn HEAD is told from an unknown branch`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        try repository.git("symbolic-ref", "HEAD", "refs/heads/other")
        #expect(Self.failure { _ = try repository.source.resolve() }?.kind == .unborn)
        #expect(throws: Never.self) { try repository.source.resolve("main") }
        let error = Self.failure { _ = try repository.source.resolve("mian") }
        #expect(error?.kind == .unknownReference)
        #expect(error?.message == "\(repository.path) has no branch or tag \"mian\"")
    }

    @Test(arguments: ["HEAD", "main", "refs/heads/main", "v1", "refs/tags/v1", "light", "a/b"])
    func `branches, tags and full names resolve to the commit`(name: String) throws {
        let repository = try TemporaryRepository()
        let commit = try repository.commit(smallState, message: "first line\n\nmore")
        try repository.git("tag", "--annotate", "--message", "tag", "v1")
        try repository.git("tag", "light")
        try repository.git("branch", "a/b")
        let revision = try repository.source.resolve(name)
        #expect(revision.commit == commit)
        #expect(revision.summary == "first line")
        #expect(revision.author == "Ada <ada@example.com>")
    }

    @Test func `a commit resolves by its id and a detached HEAD to its commit`() throws {
        let repository = try TemporaryRepository()
        let commit = try repository.commit(smallState)
        try repository.commit(["b.yaml": ""])
        try repository.git("checkout", "--quiet", "--detach", commit)
        #expect(try repository.source.resolve(commit).commit == commit)
        #expect(try repository.source.resolve(commit.uppercased()).commit == commit)
        #expect(try repository.source.resolve().commit == commit)
    }

    static let hostileNames = [
        "", "HEAD~x", "main@{u}", "main@{1}", ":/change", "^{/x}", "HEAD^{/.*}",
        "main:fleet.yaml",
        "refs/heads/../../x", "refs/heads/a..b", "refs/heads/.x", "a b", "-x\u{7}",
        "refs/heads/x.lock",
        String(repeating: "x", count: 4_096),
    ]

    @Test(arguments: hostileNames) func `nothing but names is looked up`(name: String) throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        try repository.commit(["b.yaml": ""])
        let kind = Self.failure { _ = try repository.source.resolve(name) }?.kind
        #expect(kind == .invalidReference || kind == .unknownReference)
    }

    @Test func `control characters in a name are shown, not sent to the terminal`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let error = Self.failure { _ = try repository.source.resolve("x\u{1b}[2J") }
        #expect(error?.message == "\"x\\u{1B}[2J\" is not the name of a reference")
    }

    @Test func `an id of nothing is a missing object`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let absent = String(repeating: "0", count: 39) + "1"
        #expect(Self.failure { _ = try repository.source.resolve(absent) }?.kind == .missingObject)
    }

    @Test func `an id of a file is not a commit`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let blob = try repository.git("rev-parse", "HEAD:fleet.yaml")
        #expect(Self.failure { _ = try repository.source.resolve(blob) }?.kind == .invalidReference)
    }

    @Test(arguments: ["HEAD:shop.yaml", "HEAD:deep"])
    func `a missing object keeps the state unknown`(
        name: String
    ) throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState.merging(["deep/a.yaml": ""]) { $1 })
        try repository.remove(object: try repository.git("rev-parse", name))
        let source = repository.source
        let revision = try source.resolve()
        let error = Self.failure { _ = try source.load(revision) }
        #expect(error?.kind == .missingObject)
        #expect(error?.message.contains(name.dropFirst(5)) == true)
        #expect(error?.advice.contains("git fsck") == true)
    }

    @Test func `a corrupt file keeps the state unknown`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let blob = try repository.git("rev-parse", "HEAD:shop.yaml")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644],
            ofItemAtPath: repository.loosePath(of: blob)
        )
        try Data([1, 2, 3, 4, 5, 6, 7, 8]).write(to: URL(filePath: repository.loosePath(of: blob)))
        let source = repository.source
        let revision = try source.resolve()
        #expect(Self.failure { _ = try source.load(revision) }?.kind == .corrupt)
    }

    @Test func `a corrupt commit cannot be resolved`() throws {
        let repository = try TemporaryRepository()
        let commit = try repository.commit(smallState)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644],
            ofItemAtPath: repository.loosePath(of: commit)
        )
        try Data([0x78, 1, 0xff, 0xff]).write(to: URL(filePath: repository.loosePath(of: commit)))
        #expect(Self.failure { _ = try repository.source.resolve() }?.kind == .corrupt)
    }

    @Test func `a document that is a symbolic link is refused with its path`() throws {
        let repository = try TemporaryRepository()
        try repository.folder.write(smallState)
        try FileManager.default.createSymbolicLink(
            atPath: repository.path + "/evil.yaml",
            withDestinationPath: "/etc/passwd"
        )
        try FileManager.default.createSymbolicLink(
            atPath: repository.path + "/folder",
            withDestinationPath: "/etc"
        )
        try repository.commit([:])
        let loaded = try repository.source.load(repository.source.resolve())
        #expect(loaded.state == nil)
        #expect(
            loaded.problems == [
                "evil.yaml:1:1: the file is a symbolic link, which is never followed; put the file itself here",
                "folder:1:1: note: a symbolic link is not followed",
            ]
        )
    }

    @Test func `a submodule is noted and not read`() throws {
        let inner = try TemporaryRepository()
        try inner.commit(["broken.yaml": "]["])
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        try repository.git("submodule", "--quiet", "add", inner.path, "vendor")
        try repository.commit([:])
        let loaded = try repository.source.load(repository.source.resolve())
        #expect(loaded.problems == ["vendor:1:1: note: a submodule is not read"])
        #expect(loaded.state != nil)
    }

    static let hostileEntries: [[UInt8]] = [
        Array("..".utf8), Array(".".utf8), Array(".git".utf8), Array(".GIT".utf8),
        Array("GIT~1".utf8),
        Array(".git.".utf8), Array(".git::$INDEX_ALLOCATION".utf8), Array(".g\u{200c}it".utf8),
        Array("a\\b.yaml".utf8), Array("C:\\x.yaml".utf8), Array("a\u{7}.yaml".utf8),
        [0x61, 0xff, 0x2e, 0x79],
    ]

    @Test(arguments: hostileEntries) func `a name made to escape refuses the revision`(
        name: [UInt8]
    ) throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let blob = try repository.git("rev-parse", "HEAD:fleet.yaml")
        try repository.commitTree(mode: "100644", name: name, id: blob)
        let loaded = try repository.source.load(repository.source.resolve())
        #expect(loaded.state == nil)
        #expect(
            loaded.problems.first?.hasPrefix("/:1:1: the tree holds an entry with the name ")
                == true
        )
    }

    @Test func `a slash in a name is never joined into a path`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let blob = try repository.git("rev-parse", "HEAD:fleet.yaml")
        try repository.commitTree(mode: "100644", name: Array("../../etc/x.yaml".utf8), id: blob)
        let loaded = try? repository.source.load(repository.source.resolve())
        #expect(loaded?.state == nil)
    }

    @Test func `hidden folders and other files are skipped`() throws {
        let repository = try TemporaryRepository()
        let extra = [
            ".github/ci.yaml": "][", "notes.txt": "][", "fleet.yaml.orig": "][",
            "deep/.x/a.yaml": "][",
            "deep/b.yml": "# nothing",
        ]
        try repository.commit(smallState.merging(extra) { $1 })
        let loaded = try repository.source.load(repository.source.resolve())
        #expect(loaded.problems == [])
        #expect(loaded.filesParsed == 3)
    }

    @Test func `a file that can be executed is a file`() throws {
        let repository = try TemporaryRepository()
        try repository.folder.write(smallState)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755],
            ofItemAtPath: repository.path + "/fleet.yaml"
        )
        try repository.commit([:])
        #expect(try repository.source.load(repository.source.resolve()).state != nil)
    }

    @Test func `a huge document is refused by its header`() throws {
        let repository = try TemporaryRepository()
        let huge = String(repeating: "# a comment that goes on\n", count: 60_000)
        try repository.commit(smallState.merging(["huge.yaml": huge]) { $1 })
        let loaded = try repository.source.load(repository.source.resolve())
        #expect(
            loaded.problems == [
                "huge.yaml:1:1: the file is too large: 1500000 bytes, the limit is 1048576; split it"
            ]
        )
        #expect(loaded.filesParsed == 2)
    }

    @Test func `folders nested beyond reason are refused`() throws {
        let repository = try TemporaryRepository()
        let path = Array(repeating: "d", count: 70).joined(separator: "/")
        try repository.commit(["\(path)/a.yaml": ""])
        let source = repository.source
        let revision = try source.resolve()
        #expect(Self.failure { _ = try source.load(revision) }?.kind == .tooLarge)
    }

    @Test(.enabled(if: getuid() == 0)) func `a repository of another user is refused by that name`()
        throws
    {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        try FileManager.default.setAttributes(
            [.ownerAccountID: 65_534],
            ofItemAtPath: repository.path
        )
        try FileManager.default.setAttributes(
            [.ownerAccountID: 65_534],
            ofItemAtPath: repository.path + "/.git"
        )
        let error = Self.failure { _ = try repository.source.resolve() }
        #expect(error?.kind == .foreignOwner)
        #expect(error?.message == "the repository \(repository.path) is owned by another user")
        #expect(error?.advice.contains("safe.directory") == true)
    }

    @Test func `a packed repository reads like a loose one`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        try repository.git("gc", "--quiet")
        try repository.git("pack-refs", "--all")
        #expect(try repository.source.load(repository.source.resolve()).state != nil)
    }

    @Test func `a shallow clone is enough`() throws {
        let origin = try TemporaryRepository()
        try origin.commit(smallState)
        try origin.commit(["b.yaml": ""])
        let clone = try TemporaryFolder()
        try origin.git(
            "clone",
            "--quiet",
            "--bare",
            "--depth=1",
            "file://\(origin.path)",
            clone.path + "/c.git"
        )
        let source = DesiredSource(.repository(path: clone.path + "/c.git"))
        #expect(try source.load(source.resolve("main")).state != nil)
    }

    @Test func `a branch that was deleted is unknown, not empty`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        try repository.git("branch", "live")
        let source = repository.source
        _ = try source.load(source.resolve("live"))
        try repository.git("branch", "--delete", "--force", "live")
        #expect(Self.failure { _ = try source.resolve("live") }?.kind == .unknownReference)
    }

    @Test func `a rewritten branch is seen as not containing what was applied`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let opened = try Repository(at: repository.path)
        let first = try opened.resolve("main")
        try repository.commit(["b.yaml": ""])
        let second = try opened.resolve("main")
        try repository.git("commit", "--quiet", "--amend", "--message", "another")
        let third = try opened.resolve("main")
        #expect(try opened.contains(first, in: second))
        #expect(try opened.contains(first, in: third))
        #expect(try !opened.contains(second, in: third))
        #expect(try opened.contains(third, in: third))
    }

    @Test func `a reference of ours remembers a revision`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let opened = try Repository(at: repository.path)
        let revision = try opened.resolve("HEAD")
        try opened.updateReference("refs/apus/applied", to: revision)
        #expect(try opened.resolve("refs/apus/applied") == revision)
    }

    @Test func `an author's control characters become visible`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState, message: "up \u{1b}[31mred\u{202e}")
        #expect(try repository.source.resolve().summary == "up \\u{1B}[31mred\\u{202E}")
    }

    @Test func `a line is traced to the commit that last changed it`() throws {
        let repository = try TemporaryRepository()
        let first = try repository.commit(["a.txt": "one\ntwo\nthree\n"], message: "Write\n\nWhy.")
        let second = try repository.commit(["a.txt": "zero\none\nTWO\nthree\n"], message: "Shout")
        try repository.commit(["b.txt": "x"], message: "Something else")
        let source = repository.source
        let head = try source.resolve("HEAD")
        let shouted = try #require(
            try source.lastChange(of: Origin(file: "a.txt", line: 3, column: 1), at: head)
        )
        #expect(shouted.revision.commit == second)
        #expect(shouted.revision.summary == "Shout")
        #expect(shouted.revision.author == "Ada <ada@example.com>")
        #expect(shouted.time == 1_767_225_600)
        let written = try #require(
            try source.lastChange(of: Origin(file: "a.txt", line: 4, column: 2), at: head)
        )
        #expect(written.revision.commit == first)
        #expect(written.origin.description == "a.txt:3:2")
    }

    @Test(arguments: ["b.txt", "../a.txt", ""])
    func `a file that is not there has no author`(file: String) throws {
        let repository = try TemporaryRepository()
        try repository.commit(["a.txt": "one\n"])
        let source = repository.source
        let head = try source.resolve("HEAD")
        #expect(throws: GitError.self) {
            try source.lastChange(of: Origin(file: file, line: 1, column: 1), at: head)
        }
    }

    @Test func `a replacement of a commit is not followed`() throws {
        let repository = try TemporaryRepository()
        let good = try repository.commit(smallState)
        let evil = try repository.commit(["fleet.yaml": "kind: Nothing\n"])
        try repository.git("replace", good, evil)
        try repository.git("update-ref", "refs/heads/main", good)
        let source = repository.source
        let revision = try source.resolve("main")
        #expect(revision.commit == good)
        #expect(try source.load(revision).problems == [])
    }
}
