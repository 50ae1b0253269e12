import Model

/// Reads values out of a tree and collects what is wrong with them, each with its place.
struct DocumentReader {
    typealias Node = YAMLTree.Node

    let tree: YAMLTree
    let path: String
    /// The file's text, to find where in it a part of a value stands.
    let source: SourceLines
    /// The first mistakes, at most `limit`.
    private(set) var diagnostics: [Diagnostic] = []
    /// Mistakes found in all.
    private(set) var errorCount = 0
    /// Where the first mistake stands that is counted only.
    private(set) var firstUnlisted: Origin?
    private let limit: Int
    /// The key whose value is being read; messages begin with it.
    var key = ""
    /// `backend shop`, once the document's kind and name are known.
    var document = ""
    /// The key of the server that is being read.
    var server: Node?

    init(
        tree: YAMLTree,
        path: String,
        source: SourceLines = SourceLines(),
        limit: Int = YAMLLimits().diagnostics
    ) {
        self.tree = tree
        self.path = path
        self.source = source
        self.limit = limit
    }

    func origin(_ node: Node) -> Origin {
        let mark = tree.mark(node)
        return Origin(file: path, line: Int(mark.line), column: Int(mark.column))
    }

    mutating func report(_ message: String, at node: Node, related: Origin? = nil) {
        report(message, at: origin(node), related: related)
    }

    mutating func report(_ message: String, at origin: Origin, related: Origin? = nil) {
        errorCount += 1
        guard diagnostics.count < limit else {
            firstUnlisted = firstUnlisted ?? origin
            return
        }
        diagnostics.append(Diagnostic(at: origin, message, context: context, related: related))
    }

    /// `; did you mean …?`, or nothing; not searched for mistakes that are only counted.
    func hint(for text: String, among words: @autoclosure () -> [String]) -> String {
        guard diagnostics.count < limit, let near = Spelling.nearest(to: text, among: words())
        else { return "" }
        return "; did you mean \(near)?"
    }

    /// Reports that the value of the current key is not what `expected` says.
    mutating func reject(_ node: Node, expected: String) {
        let key = shownKey
        if isNull(node) {
            report("\(key) has no value; it must be \(expected)", at: node)
        } else {
            report("\(key) must be \(expected), not \(describe(node))", at: node)
        }
    }

    /// `~`, `null` or nothing at all (YAML 1.2 core schema).
    func isNull(_ node: Node) -> Bool {
        guard tree.kind(node) == .plain else { return false }
        return switch tree.range(node).count {
        case 0: true
        case 1: tree.equals(node, "~")
        case 4: tree.equals(node, "null") || tree.equals(node, "Null") || tree.equals(node, "NULL")
        default: false
        }
    }

    /// The text of a scalar that is not null; nil without a report otherwise.
    func text(_ node: Node) -> String? {
        switch tree.kind(node) {
        case .quoted: tree.string(node)
        case .plain: isNull(node) ? nil : tree.string(node)
        case .sequence, .mapping: nil
        }
    }

    /// How a message names a value that does not fit.
    func describe(_ node: Node) -> String {
        switch tree.kind(node) {
        case .plain, .quoted: VisibleText.quoted(tree.string(node))
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    /// The current key, safe to show: in mappings of the writer's choice it can be anything.
    var shownKey: String { VisibleText.escape(key.unicodeScalars.prefix(80)) }

    private var context: String {
        guard let server else { return document.isEmpty ? "" : "in \(document)" }
        return
            "in server \(VisibleText.escape(tree.string(server).unicodeScalars.prefix(60))) of \(document)"
    }
}

/// A value and the place where it was written.
struct Located<Value: Hashable & Sendable>: Hashable, Sendable {
    let value: Value
    let origin: Origin
}
