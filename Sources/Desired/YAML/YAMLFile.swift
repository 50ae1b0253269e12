import Model

/// One YAML file read as far as it can be: its documents, and the mistakes of form in it.
struct YAMLFile {
    var tree: YAMLTree
    var diagnostics: [Diagnostic]

    /// Reads UTF-8 text; `path` is what diagnostics name.
    ///
    /// Documents before a syntax error are kept, so that their mistakes are reported in the same run.
    init(_ bytes: [UInt8], path: String, limits: YAMLLimits = YAMLLimits()) {
        tree = YAMLTree()
        diagnostics = []
        let start = Origin(file: path, line: 1, column: 1)
        guard bytes.count <= limits.fileSize else {
            let size = "\(bytes.count) bytes, the limit is \(limits.fileSize)"
            diagnostics = [Diagnostic(at: start, "the file is too large: \(size); split it")]
            return
        }
        if let encoding = Self.foreignEncoding(of: bytes) {
            diagnostics = [Diagnostic(at: start, "the file is \(encoding); save it as UTF-8")]
            return
        }
        var builder = YAMLTreeBuilder(path: path, limits: limits)
        YAMLParser.parse(bytes, into: &builder)
        tree = builder.tree
        diagnostics = builder.diagnostics
    }

    private static func foreignEncoding(of bytes: [UInt8]) -> String? {
        switch (bytes.first, bytes.dropFirst().first) {
        case (0xff, 0xfe), (0xfe, 0xff): "UTF-16 or UTF-32"
        case (0, _), (.some, 0): "UTF-16, UTF-32 or binary"
        default: nil
        }
    }
}
