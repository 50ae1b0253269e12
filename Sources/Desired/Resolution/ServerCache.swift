import Model

/// Keeps the effective servers of a backend while its document and what it inherits stay the same.
///
/// Equal results share storage, so comparing two revisions costs what changed between them.
struct ServerCache: Sendable {
    /// A backend's servers, and combinations of attributes in them that no proxy takes.
    struct Effective {
        let servers: [DesiredServer]
        let mistakes: [Diagnostic]
        /// Servers that track another, the first of each that is tracked.
        let tracking: [DesiredServer]
    }

    private struct Key: Hashable {
        let document: ObjectIdentifier
        let shared: ServerAttributes
    }

    private struct Entry {
        /// Keeps the identity in the key from being used again.
        let document: BackendDocument
        let known: Effective
        var lastUse: Int
    }

    private var entries: [Key: Entry] = [:]
    private var generation = 0

    /// Forgets what the last few resolutions did not use.
    mutating func begin() {
        generation += 1
        entries = entries.filter { generation - $0.value.lastUse <= 4 }
    }

    /// A document's servers with every effective attribute, sorted by name.
    mutating func servers(of document: BackendDocument, sharing shared: ServerAttributes)
        -> Effective
    {
        let key = Key(document: ObjectIdentifier(document), shared: shared)
        if let known = entries[key] {
            entries[key]?.lastUse = generation
            return known.known
        }
        let file = document.head.origin.file
        let servers = document.spec.servers.map { entry in
            DesiredServer(
                name: entry.name,
                endpoint: entry.endpoint,
                attributes: entry.attributes?.over(shared) ?? shared,
                state: entry.state,
                origin: Origin(
                    file: file,
                    line: Int(entry.mark.line),
                    column: Int(entry.mark.column)
                )
            )
        }
        let rules = AttributeRules(backend: document.spec.name)
        let known = Effective(
            servers: servers,
            mistakes: rules.mistakes(in: servers, sharing: shared),
            tracking: rules.tracking(in: servers, sharing: shared)
        )
        entries[key] = Entry(document: document, known: known, lastUse: generation)
        return known
    }
}
