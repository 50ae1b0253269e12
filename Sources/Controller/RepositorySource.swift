package import Desired
import FoundationEssentials
package import Model
import Subprocess
import SystemPackage

/// The repository a command works on: a path, a URL behind a mirror, or files as they lie on disk.
package struct RepositorySource: Sendable {
    /// The remote could not be copied; *unknown*, so the last good revision stands.
    package struct FetchFailed: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    private struct Remote: Sendable {
        let url: String
        let mirror: String
        let executable: String
    }

    /// As shown to people: an absolute path or a URL.
    package let name: String
    package let isWorktree: Bool
    private let source: DesiredSource
    private let remote: Remote?
    /// Where policies are that hold whatever this repository says; at most one.
    private var guardrails: [RepositorySource] = []

    /// `executable` is this program, which runs itself to fetch: libgit2 cannot be interrupted.
    package init(
        _ repository: String,
        worktree: Bool,
        state: StateDirectory,
        executable: String,
        objects: [String] = []
    ) {
        isWorktree = worktree
        if !worktree, Mirror.isNeeded(for: repository) {
            let mirror = Mirror.path(of: repository, under: state.mirrors)
            name = repository
            source = DesiredSource(.repository(path: mirror))
            remote = Remote(url: repository, mirror: mirror, executable: executable)
            return
        }
        name = Self.absolute(repository)
        source = DesiredSource(
            worktree ? .worktree(path: name) : .repository(path: name),
            objects: objects
        )
        remote = nil
    }

    /// This repository under the policies of another one, or of a folder that is no repository.
    ///
    /// They are read with every state, at the newest commit of their own; when they cannot be, no state is.
    package func under(
        policiesOf repository: String?,
        state: StateDirectory,
        executable: String
    ) -> RepositorySource {
        guard let repository else { return self }
        var source = self
        let files = FileManager.default
        let isRepository = ["/.git", "/HEAD"].contains { files.fileExists(atPath: repository + $0) }
        let isFolder = !Mirror.isNeeded(for: repository) && !isRepository
        source.guardrails = [
            RepositorySource(
                repository,
                worktree: isFolder,
                state: state,
                executable: executable
            )
        ]
        return source
    }

    /// What tells one state of the policies from another; nil without policies of their own.
    package func policyTree() async throws(GitError) -> String? {
        guard let guardrails = guardrails.first else { return nil }
        let revision = try await guardrails.resolve("HEAD")
        return guardrails.isWorktree
            ? try await guardrails.load(revision).revision.tree : revision.tree
    }

    /// The same text for everyone who means the same folder, so that hook and loop meet.
    package static func absolute(_ path: String) -> String {
        let full =
            path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        return URL(filePath: full).resolvingSymlinksInPath().standardizedFileURL.path
            .trimmingSuffix("/")
    }

    /// A local path made absolute; a URL as it is.
    package static func unambiguous(_ repository: String) -> String {
        Mirror.isNeeded(for: repository) ? repository : absolute(repository)
    }

    /// Has a mirror that must be brought up to date before new commits are seen.
    package var isRemote: Bool { remote != nil }

    /// Brings mirrors up to date in child processes that are killed at their deadline.
    package func fetch(within limit: Duration, clock: any Clock<Duration>) async throws {
        for guardrails in guardrails { try await guardrails.fetch(within: limit, clock: clock) }
        guard let remote else { return }
        let report = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await Self.fetch(remote) }
            group.addTask {
                try await clock.sleep(for: limit)
                return "no answer in \(limit.brief), so the attempt was ended"
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let report {
            let isWhole = report.hasPrefix("cannot fetch")
            throw FetchFailed(
                description: isWhole ? report : "cannot fetch \(remote.url): \(report)"
            )
        }
    }

    /// Nil when the child succeeded, else what it said.
    private static func fetch(_ remote: Remote) async throws -> String? {
        let result = try await Subprocess.run(
            .path(FilePath(remote.executable)),
            arguments: ["internal-fetch", remote.url, remote.mirror],
            output: .discarded,
            error: .string(limit: 16_384)
        )
        guard !result.terminationStatus.isSuccess else { return nil }
        let words = result.standardError
        return words.isEmpty
            ? "the child ended with \(result.terminationStatus)" : words.trimmingSuffix("\n")
    }

    /// The commit that a reference names now.
    @concurrent package func resolve(_ ref: String) async throws(GitError) -> Revision {
        try source.resolve(ref)
    }

    /// One fleet as an earlier revision declared it; nil when that cannot be read any more.
    package func former(_ fleet: FleetName, at revision: Revision) async -> DesiredFleet? {
        guard !isWorktree, let loaded = try? await load(revision) else { return nil }
        return loaded.state?.fleets.first { $0.name == fleet }
    }

    /// The state at a revision; files that did not change are not parsed again.
    @concurrent package func load(_ revision: Revision) async throws(GitError) -> LoadedState {
        let loaded = try source.load(revision)
        guard let guardrails = guardrails.first else { return loaded }
        let others = try await guardrails.load(try await guardrails.resolve("HEAD"))
        return loaded.adding(policiesOf: others.withPoliciesChecked, from: guardrails.name)
    }

    /// One line of a file at a revision; nil when it is not there.
    @concurrent func excerpt(
        at origin: Origin,
        _ revision: Revision
    ) async throws(GitError) -> Excerpt? {
        try source.excerpt(at: origin, revision)
    }

    /// The commit that last changed a line; nil for files on disk.
    @concurrent func lastChange(
        of origin: Origin,
        at revision: Revision
    ) async throws(GitError) -> LineChange? {
        try source.lastChange(of: origin, at: revision)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        count > suffix.count && hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
