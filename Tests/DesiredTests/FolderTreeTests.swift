import Foundation
import Model
import Testing

@testable import Desired

@Suite struct FolderTreeTests {
    @Test func `a worktree's links are not followed and hidden folders are skipped`() throws {
        let folder = try TemporaryFolder()
        try folder.write(smallState.merging([".git/x.yaml": "]["]) { $1 })
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/loop",
            withDestinationPath: folder.path
        )
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/evil.yml",
            withDestinationPath: "/etc/passwd"
        )
        let source = DesiredSource(.worktree(path: folder.path))
        #expect(
            try source.load(source.resolve()).problems == [
                "evil.yml:1:1: the file is a symbolic link, which is never followed; put the file itself here",
                "loop:1:1: note: a symbolic link is not followed",
            ]
        )
    }

    @Test func `a worktree that is not there says so`() {
        let source = DesiredSource(.worktree(path: "/nonexistent/apus"))
        let error = #expect(throws: GitError.self) { try source.load(source.resolve()) }
        #expect(
            error?.description
                == "cannot list the folder /nonexistent/apus; check that it exists and is readable"
        )
    }

    @Test func `only regular files are listed, with their sizes`() throws {
        let folder = try TemporaryFolder()
        try folder.write(["a.yaml": "12345", "deep/b.txt": "", ".hidden/c.yaml": "", ".d": ""])
        let tree = try FolderTree(root: folder.path)
        #expect(tree.listing.entries.keys.sorted() == ["a.yaml", "deep/b.txt"])
        #expect(tree.listing.entries["a.yaml"]?.size == 5)
    }

    @Test func `a file above the limit is refused before it is read`() throws {
        let folder = try TemporaryFolder()
        try folder.write(["a.yaml": "12345"])
        let tree = try FolderTree(root: folder.path)
        let entry = try #require(tree.listing.entries["a.yaml"])
        #expect(throws: GitError(.tooLarge, "a.yaml has 5 bytes, the limit is 4")) {
            try tree.read(entry, limit: 4)
        }
        #expect(try tree.read(entry, limit: 5) == Array("12345".utf8))
    }

    @Test func `too many files and too deep folders are refused`() throws {
        let folder = try TemporaryFolder()
        try folder.write(["a": "", "b": "", "c/d/e": ""])
        #expect(throws: GitError.self) {
            try FolderTree(root: folder.path, limits: TreeLimits(files: 2))
        }
        #expect(throws: GitError.self) {
            try FolderTree(root: folder.path, limits: TreeLimits(depth: 1))
        }
    }
}
