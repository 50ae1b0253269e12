import Model
import Testing

@testable import Desired

@Suite struct MirrorTests {
    private func failure(_ url: String, into path: String) -> GitError? {
        do throws(GitError) {
            try Mirror.fetch(url, into: path)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "https://example.com/x.git", "ssh://git@example.com/x", "file:///srv/x",
        "git@example.com:x.git",
    ])
    func `a URL needs a mirror`(url: String) { #expect(Mirror.isNeeded(for: url)) }

    @Test(arguments: [".", "/srv/fleet.git", "../fleet", "./a:b", "/srv/a:b", "fleet"])
    func `a path is read where it lies`(path: String) { #expect(!Mirror.isNeeded(for: path)) }

    @Test func `each URL has a folder of its own with a name to recognise`() {
        let first = Mirror.path(of: "https://example.com/team/fleet.git", under: "/var/cache/apus")
        #expect(first.hasPrefix("/var/cache/apus/fleet-"))
        #expect(first.hasSuffix(".git"))
        #expect(
            first
                == Mirror.path(of: "https://example.com/team/fleet.git/", under: "/var/cache/apus")
        )
        #expect(
            first
                != Mirror.path(of: "https://example.com/other/fleet.git", under: "/var/cache/apus")
        )
        #expect(!Mirror.path(of: "file:///../../x/..", under: "/c").dropFirst(3).contains("/"))
    }

    @Test
    func `a mirror follows its origin: new commits, new and deleted branches, default branch`()
        throws
    {
        let origin = try TemporaryRepository()
        let first = try origin.commit(smallState)
        try origin.git("branch", "gone")
        let cache = try TemporaryFolder()
        let path = cache.path + "/m.git"
        try Mirror.fetch("file://\(origin.path)", into: path)
        let source = DesiredSource(.repository(path: path))
        #expect(try source.resolve().commit == first)
        #expect(try source.resolve("gone").commit == first)
        #expect(try source.load(source.resolve()).state != nil)

        let second = try origin.commit(["b.yaml": ""])
        try origin.git("branch", "--delete", "--force", "gone")
        try origin.git("tag", "v2")
        try Mirror.fetch("file://\(origin.path)", into: path)
        #expect(try source.resolve().commit == second)
        #expect(try source.resolve("v2").commit == second)
        #expect(throws: GitError.self) { try source.resolve("gone") }
    }

    @Test func `a rewritten origin is followed`() throws {
        let origin = try TemporaryRepository()
        try origin.commit(smallState)
        let cache = try TemporaryFolder()
        try Mirror.fetch("file://\(origin.path)", into: cache.path + "/m.git")
        try origin.git("commit", "--quiet", "--amend", "--message", "another")
        let rewritten = try origin.git("rev-parse", "HEAD")
        try Mirror.fetch("file://\(origin.path)", into: cache.path + "/m.git")
        #expect(
            try DesiredSource(.repository(path: cache.path + "/m.git")).resolve().commit
                == rewritten
        )
    }

    @Test func `a mirror of an empty origin is unborn`() throws {
        let origin = try TemporaryRepository(bare: true)
        let cache = try TemporaryFolder()
        try Mirror.fetch("file://\(origin.path)", into: cache.path + "/m.git")
        #expect(throws: GitError.self) {
            try DesiredSource(.repository(path: cache.path + "/m.git")).resolve()
        }
    }

    @Test func `an origin that is not there leaves the mirror as it was`() throws {
        let origin = try TemporaryRepository()
        let commit = try origin.commit(smallState)
        let cache = try TemporaryFolder()
        try Mirror.fetch("file://\(origin.path)", into: cache.path + "/m.git")
        let error = failure("file://\(origin.path)/nowhere", into: cache.path + "/m.git")
        #expect(error?.kind == .network)
        #expect(error?.advice == "the last good revision stays in force")
        #expect(
            try DesiredSource(.repository(path: cache.path + "/m.git")).resolve("main").commit
                == commit
        )
    }

    @Test(arguments: [
        "http://example.com/x", "git://example.com/x", "ext::sh -c touch% x",
        "ssh://-oProxyCommand=x/y", "https://a b/c",
    ])
    func `addresses that no one should use are refused before anything is sent`(url: String) throws
    {
        let cache = try TemporaryFolder()
        #expect(failure(url, into: cache.path + "/m.git")?.kind == .network)
    }

    @Test func `a password in a URL is never shown`() throws {
        let cache = try TemporaryFolder()
        let error = failure("http://ada:secret@example.com/x", into: cache.path + "/m.git")
        #expect(error?.message == "cannot fetch from http://…@example.com/x")
        #expect(Mirror.shown("ssh://git@example.com/x") == "ssh://…@example.com/x")
        #expect(Mirror.shown("https://example.com/a@b") == "https://example.com/a@b")
    }
}
