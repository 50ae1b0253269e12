import Model

/// Loads revisions one after the other and remembers what it parsed.
struct StateLoader: ~Copyable {
    private let location: DesiredSource.Location
    private let objects: [String]
    private let limits = YAMLLimits()
    private let treeLimits = TreeLimits()
    private var repository: Repository?
    private var folder: FolderTree?
    private var cache = ParseCache()
    private var servers = ServerCache()
    /// The last loads by tree: equal trees are equal states.
    private var recent: [LoadedState] = []

    init(location: DesiredSource.Location, objects: [String] = []) {
        self.location = location
        self.objects = objects
    }

    mutating func resolve(_ ref: String) throws(GitError) -> Revision {
        switch location {
        case .worktree: return .worktree(tree: "")
        case .repository(let path):
            try open(path)
            guard let revision = try repository?.resolve(ref) else {
                preconditionFailure("open() opened nothing")
            }
            return revision
        }
    }

    mutating func load(_ revision: Revision) throws(GitError) -> LoadedState {
        if let known = recent.first(where: {
            !revision.tree.isEmpty && $0.revision.tree == revision.tree
        }) {
            return known.again(at: revision)
        }
        var listing = try list(revision)
        defer { folder = nil }
        cache.begin()
        let paths = listing.entries.keys.filter(FileEntry.isDocument).sorted()
        var parsed: [(path: String, file: ParsedFile)] = []
        var diagnostics = listing.diagnostics
        for path in paths {
            guard let file = try parsedFile(path, in: &listing) else {
                diagnostics.append(oversized(path, in: listing))
                continue
            }
            parsed.append((path, file))
        }
        // What a policy's test names describes a change: it is no document.
        let fixtures = Set(parsed.flatMap(\.file.fixturePaths))
        if !fixtures.isEmpty { parsed.removeAll { fixtures.contains($0.path) } }
        let documents = parsed.flatMap(\.file.documents)
        diagnostics += parsed.flatMap(\.file.diagnostics)
        let files = try referencedFiles(of: documents, in: &listing)
        for path in files.boots.keys.sorted() {
            diagnostics += files.boots[path]?.diagnostics ?? []
        }
        servers.begin()
        var resolution = StateResolution(documents: documents, files: files, cache: servers)
        let fleets = resolution.resolve()
        servers = resolution.cache
        diagnostics = Self.sorted(diagnostics + resolution.diagnostics)
        let isValid = !diagnostics.contains { $0.severity == .error }
        let found = try identified(revision, listing, paths)
        var loaded = LoadedState(
            revision: found,
            state: isValid ? DesiredState(revision: found, fleets: fleets) : nil,
            diagnostics: diagnostics,
            filesParsed: cache.parsedCount,
            filesReused: cache.reusedCount,
            policies: resolution.policies.map(\.policy),
            texts: try texts(
                // Mistakes inside the expressions of policies are found later, by who evaluates them.
                for: diagnostics
                    + resolution.policies.map { Diagnostic(.warning, at: $0.head.origin, "") },
                in: &listing
            )
        )
        for policy in resolution.policies {
            loaded.scopes[policy.head.name] = policy.fleets?.value
        }
        recent = Array(([loaded] + recent).prefix(3))
        return loaded
    }

    /// One line of a file at a revision; nil when it is not there.
    mutating func excerpt(at origin: Origin, _ revision: Revision) throws(GitError) -> Excerpt? {
        var listing = try list(revision)
        defer { folder = nil }
        guard let entry = listing.entries[origin.file] else { return nil }
        let bytes = try read(entry, limit: treeLimits.fileSize, in: &listing)
        return Excerpt(of: String(decoding: bytes, as: UTF8.self), at: origin)
    }

    /// The commit that last changed a line; nil for files on disk, which have no history.
    mutating func lastChange(
        of origin: Origin,
        at revision: Revision
    ) throws(GitError) -> LineChange? {
        guard case .repository(let path) = location else { return nil }
        try open(path)
        return try repository?.lastChange(of: origin, at: revision)
    }

    private mutating func open(_ path: String) throws(GitError) {
        if repository == nil { repository = try Repository(at: path, objects: objects) }
    }

    private mutating func list(_ revision: Revision) throws(GitError) -> FileListing {
        switch location {
        case .worktree(let path):
            let tree = try FolderTree(root: path, limits: treeLimits)
            folder = tree
            return tree.listing
        case .repository(let path):
            try open(path)
            guard let listing = try repository?.files(ofTree: revision.tree, limits: treeLimits)
            else {
                preconditionFailure("open() opened nothing")
            }
            return listing
        }
    }

    /// The documents of a file; nil when it is too large to be read.
    private mutating func parsedFile(
        _ path: String,
        in listing: inout FileListing
    ) throws(GitError) -> ParsedFile? {
        guard let entry = listing.entries[path], entry.size ?? 0 <= limits.fileSize else {
            return nil
        }
        if case .documents(let file)? = cache.find(path, entry.id, .documents) { return file }
        let bytes = try read(entry, limit: limits.fileSize, in: &listing)
        let id = listing.entries[path]?.id ?? entry.id
        if entry.id.isEmpty, case .documents(let file)? = cache.find(path, id, .documents) {
            return file
        }
        let file = ParsedFile(bytes, path: path, limits: limits)
        cache.insert(.documents(file), path, id, .documents)
        return file
    }

    /// Boot files and entry files that documents name and that exist.
    private mutating func referencedFiles(
        of documents: [Document],
        in listing: inout FileListing
    ) throws(GitError) -> StateResolution.Files {
        var files = StateResolution.Files()
        for document in documents {
            switch document {
            case .fleet(let fleet):
                guard let path = fleet.boot?.value, files.boots[path] == nil,
                    let entry = listing.entries[path]
                else { continue }
                files.boots[path] = try boot(entry, in: &listing)
            case .map(let map):
                guard let path = map.entriesFrom?.value, files.entries[path] == nil,
                    let entry = listing.entries[path]
                else { continue }
                files.entries[path] = try entries(entry, in: &listing)
            case .acl(let acl):
                guard let path = acl.patternsFrom?.value, files.patterns[path] == nil,
                    let entry = listing.entries[path]
                else { continue }
                files.patterns[path] = try patterns(entry, in: &listing)
            case .policy(let policy):
                for path in policy.fixturePaths where files.fixtures[path] == nil {
                    guard let entry = listing.entries[path] else { continue }
                    files.fixtures[path] = try fixture(entry, in: &listing)
                }
            case .backend, .template, .route, .frontend, .limits, .certificate, .issuer: continue
            }
        }
        return files
    }

    private mutating func boot(_ entry: FileEntry, in listing: inout FileListing) throws(GitError)
        -> BootFile
    {
        if case .boot(let file)? = cache.find(entry.path, entry.id, .boot) { return file }
        let bytes = try read(entry, limit: treeLimits.fileSize, in: &listing)
        let id = listing.entries[entry.path]?.id ?? entry.id
        if entry.id.isEmpty, case .boot(let file)? = cache.find(entry.path, id, .boot) {
            return file
        }
        let file = BootFile(String(decoding: bytes, as: UTF8.self), path: entry.path)
        cache.insert(.boot(file), entry.path, id, .boot)
        return file
    }

    private mutating func entries(
        _ entry: FileEntry,
        in listing: inout FileListing
    ) throws(GitError) -> EntriesFile {
        if case .entries(let file)? = cache.find(entry.path, entry.id, .entries) { return file }
        let bytes = try read(entry, limit: treeLimits.fileSize, in: &listing)
        let id = listing.entries[entry.path]?.id ?? entry.id
        if entry.id.isEmpty, case .entries(let file)? = cache.find(entry.path, id, .entries) {
            return file
        }
        let file = EntriesFile(bytes, path: entry.path)
        cache.insert(.entries(file), entry.path, id, .entries)
        return file
    }

    private mutating func fixture(_ entry: FileEntry, in listing: inout FileListing)
        throws(GitError) -> FixtureFile
    {
        let bytes = try read(entry, limit: limits.fileSize, in: &listing)
        let id = listing.entries[entry.path]?.id ?? entry.id
        if case .fixture(let file)? = cache.find(entry.path, id, .fixture) { return file }
        let file = FixtureFile(bytes, path: entry.path, limits: limits)
        cache.insert(.fixture(file), entry.path, id, .fixture)
        return file
    }

    private mutating func patterns(
        _ entry: FileEntry,
        in listing: inout FileListing
    ) throws(GitError) -> PatternsFile {
        if case .patterns(let file)? = cache.find(entry.path, entry.id, .patterns) { return file }
        let bytes = try read(entry, limit: treeLimits.fileSize, in: &listing)
        let id = listing.entries[entry.path]?.id ?? entry.id
        if entry.id.isEmpty, case .patterns(let file)? = cache.find(entry.path, id, .patterns) {
            return file
        }
        let file = PatternsFile(bytes, path: entry.path)
        cache.insert(.patterns(file), entry.path, id, .patterns)
        return file
    }

    /// Reads a file; one from disk gets its object id, now that its content is known.
    private func read(
        _ entry: FileEntry,
        limit: Int,
        in listing: inout FileListing
    ) throws(GitError) -> [UInt8] {
        if let folder {
            let bytes = try folder.read(entry, limit: limit)
            let id = try Repository.blobID(of: bytes)
            listing.entries[entry.path] = FileEntry(path: entry.path, id: id, size: bytes.count)
            return bytes
        }
        guard let bytes = try repository?.read(entry, limit: limit) else {
            preconditionFailure("a listing without the tree it came from")
        }
        return bytes
    }

    private func oversized(_ path: String, in listing: FileListing) -> Diagnostic {
        let size = listing.entries[path]?.size ?? 0
        return Diagnostic(
            at: Origin(file: path, line: 1, column: 1),
            "the file is too large: \(size) bytes, the limit is \(limits.fileSize); split it"
        )
    }

    /// The revision with its tree, which for files on disk is a digest of what was read.
    private func identified(
        _ revision: Revision,
        _ listing: FileListing,
        _ paths: [String]
    ) throws(GitError) -> Revision {
        guard case .worktree = location else { return revision }
        let read = listing.entries.values.filter { !$0.id.isEmpty }.sorted { $0.path < $1.path }
        let text = read.map { "\($0.id) \($0.path)\n" }.joined()
        return .worktree(tree: try Repository.blobID(of: Array(text.utf8)))
    }

    /// The text of files that diagnostics point into, as many as a person would look at.
    private func texts(for diagnostics: [Diagnostic], in listing: inout FileListing)
        throws(GitError) -> [String: String]
    {
        var texts: [String: String] = [:]
        for diagnostic in diagnostics where diagnostic.severity != .note {
            for file in [diagnostic.origin.file, diagnostic.related?.file].compactMap(\.self)
            where texts[file] == nil && texts.count < 50 {
                guard let entry = listing.entries[file], entry.size ?? 0 <= limits.fileSize else {
                    continue
                }
                let bytes = try read(entry, limit: treeLimits.fileSize, in: &listing)
                texts[file] = String(decoding: bytes, as: UTF8.self)
            }
        }
        return texts
    }

    /// In order of place, each once: several fleets may find the same mistake.
    private static func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var seen: Set<Diagnostic> = []
        return diagnostics.filter { seen.insert($0).inserted }.sorted()
    }
}

extension Revision {
    /// The files as they lie on disk.
    static func worktree(tree: String) -> Revision { Revision(commit: "worktree", tree: tree) }
}

extension LoadedState {
    /// The same state at another commit with the same tree; nothing was parsed.
    fileprivate func again(at revision: Revision) -> LoadedState {
        var again = LoadedState(
            revision: revision,
            state: state.map { DesiredState(revision: revision, fleets: $0.fleets) },
            diagnostics: diagnostics,
            filesParsed: 0,
            filesReused: filesParsed + filesReused,
            policies: policies,
            texts: texts
        )
        again.scopes = scopes
        return again
    }
}
