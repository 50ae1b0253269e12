import Model

/// The documents of one file with the mistakes that need no other file to be seen.
struct ParsedFile: Sendable {
    let documents: [Document]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String, limits: YAMLLimits = YAMLLimits()) {
        let file = YAMLFile(bytes, path: path, limits: limits)
        var reader = DocumentReader(
            tree: file.tree,
            path: path,
            source: SourceLines(bytes),
            limit: limits.diagnostics
        )
        documents = file.tree.roots.compactMap { root in
            // `---` with nothing below is no document.
            reader.isNull(root) ? nil : Document.read(root, &reader)
        }
        var diagnostics = file.diagnostics + reader.diagnostics
        if let place = reader.firstUnlisted {
            let count = reader.errorCount - reader.diagnostics.count
            let message = "and \(count) more mistakes in this file"
            diagnostics.append(Diagnostic(.note, at: place, message))
        }
        self.diagnostics = diagnostics
    }

    /// Files that the tests of its policies name.
    var fixturePaths: [String] {
        documents.flatMap { document in
            if case .policy(let policy) = document { policy.fixturePaths } else { [String]() }
        }
    }
}

/// A file that describes a change for a policy's test: one mapping, understood by the policy.
struct FixtureFile: Sendable {
    /// Nil when the file has mistakes of form.
    let root: PlacedNode?
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String, limits: YAMLLimits = YAMLLimits()) {
        let file = YAMLFile(bytes, path: path, limits: limits)
        let reader = DocumentReader(tree: file.tree, path: path, limit: limits.diagnostics)
        root = file.diagnostics.isEmpty ? file.tree.roots.first.map(reader.placed) : nil
        diagnostics = file.diagnostics
    }
}
