import Model

/// The documents of one file with the mistakes that need no other file to be seen.
struct ParsedFile: Sendable {
    let documents: [Document]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String, limits: YAMLLimits = YAMLLimits()) {
        let file = YAMLFile(bytes, path: path, limits: limits)
        var reader = DocumentReader(tree: file.tree, path: path)
        documents = file.tree.roots.compactMap { root in
            // `---` with nothing below is no document.
            reader.isNull(root) ? nil : Document.read(root, &reader)
        }
        diagnostics = file.diagnostics + Self.shortened(reader.diagnostics, to: limits.diagnostics)
    }

    private static func shortened(_ diagnostics: [Diagnostic], to limit: Int) -> [Diagnostic] {
        guard diagnostics.count > limit, let next = diagnostics.dropFirst(limit).first else {
            return diagnostics
        }
        let message = "and \(diagnostics.count - limit) more mistakes in this file"
        return diagnostics.prefix(limit) + [Diagnostic(.note, at: next.origin, message)]
    }
}
