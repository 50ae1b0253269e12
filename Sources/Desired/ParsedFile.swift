import Model

/// The documents of one file with the mistakes that need no other file to be seen.
struct ParsedFile: Sendable {
    let documents: [Document]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String, limits: YAMLLimits = YAMLLimits()) {
        let file = YAMLFile(bytes, path: path, limits: limits)
        var reader = DocumentReader(tree: file.tree, path: path, limit: limits.diagnostics)
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
}
