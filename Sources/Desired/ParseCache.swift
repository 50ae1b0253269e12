/// Keeps what files were parsed into, by path and content, so that an unchanged file is never parsed again.
struct ParseCache: Sendable {
    /// The roles a file can have; one file may have several.
    enum Parsed: Sendable {
        case documents(ParsedFile)
        case boot(BootFile)
        case entries(EntriesFile)
        case patterns(PatternsFile)
        case fixture(FixtureFile)
    }

    enum Role: Hashable { case documents, boot, entries, patterns, fixture }

    private struct Key: Hashable {
        let path: String
        let id: String
        let role: Role
    }

    private var entries: [Key: (parsed: Parsed, lastUse: Int)] = [:]
    private var generation = 0
    /// Files parsed and files found, since `begin`.
    private(set) var parsedCount = 0
    private(set) var reusedCount = 0

    /// Starts a load; forgets what the last few loads did not use.
    mutating func begin() {
        generation += 1
        parsedCount = 0
        reusedCount = 0
        entries = entries.filter { generation - $0.value.lastUse <= 4 }
    }

    /// What the content was parsed into before; nil if it was not.
    mutating func find(_ path: String, _ id: String, _ role: Role) -> Parsed? {
        let key = Key(path: path, id: id, role: role)
        guard let found = entries[key] else { return nil }
        entries[key]?.lastUse = generation
        reusedCount += 1
        return found.parsed
    }

    mutating func insert(_ parsed: Parsed, _ path: String, _ id: String, _ role: Role) {
        entries[Key(path: path, id: id, role: role)] = (parsed, generation)
        parsedCount += 1
    }
}
