import Model

/// Builds a tree from parser events and refuses what a desired state has no use for.
///
/// Refused: tags, directives, merge keys, keys that are not scalars, duplicate keys and anchors,
/// cycles, and whatever exceeds the limits. Every refusal but depth and size lets the file go on.
struct YAMLTreeBuilder {
    /// A collection that has begun and not ended.
    private struct Open {
        let node: UInt32
        var last = YAMLTree.none
        var count: UInt32 = 0
        /// Nodes in it so far, with those that aliases stand for.
        var expanded = 1
        let anchor: String?
    }

    private struct Anchor {
        let node: UInt32
        let expanded: Int
        let mark: YAMLTree.Mark
        let isComplete: Bool
    }

    let path: String
    let limits: YAMLLimits
    private(set) var tree = YAMLTree()
    private(set) var diagnostics: [Diagnostic] = []
    private var open: [Open] = []
    private var anchors: [String: Anchor] = [:]
    private var aliasedNodes = 0
    private var keys = KeyTable()

    init(path: String, limits: YAMLLimits) {
        self.path = path
        self.limits = limits
    }

    /// Whether the parser should go on; false once a limit stopped it.
    private(set) var isStopped = false

    mutating func report(_ message: String, at mark: YAMLTree.Mark, related: YAMLTree.Mark? = nil) {
        guard diagnostics.count < limits.diagnostics else { return }
        diagnostics.append(Diagnostic(at: origin(mark), message, related: related.map(origin)))
    }

    mutating func stop(_ message: String, at mark: YAMLTree.Mark) {
        isStopped = true
        report(message, at: mark)
    }

    mutating func beginDocument(hasDirectives: Bool, at mark: YAMLTree.Mark) {
        anchors.removeAll(keepingCapacity: true)
        if hasDirectives {
            report("directives (%YAML, %TAG) are not supported; remove the line", at: mark)
        }
    }

    mutating func addScalar(
        isPlain: Bool,
        anchor: String?,
        text: some Collection<UInt8>,
        at mark: YAMLTree.Mark
    ) {
        guard text.count <= limits.scalarSize else {
            report(
                "the value is too long: \(text.count) bytes, the limit is \(limits.scalarSize)",
                at: mark
            )
            attach(append(.plain, first: 0, count: 0, at: mark), expanded: 1)
            return
        }
        let first = UInt32(tree.text.count)
        tree.text.append(contentsOf: text)
        let node = append(
            isPlain ? .plain : .quoted,
            first: first,
            count: UInt32(text.count),
            at: mark
        )
        attach(node, expanded: 1)
        if let anchor {
            define(anchor, Anchor(node: node, expanded: 1, mark: mark, isComplete: true))
        }
    }

    mutating func addAlias(_ name: String, at mark: YAMLTree.Mark) {
        guard let anchor = anchors[name], anchor.isComplete else {
            let isCycle = anchors[name] != nil
            let reason = isCycle ? "stands inside what it names" : "names no anchor above it"
            report("alias *\(VisibleText.escape(name.unicodeScalars)) \(reason)", at: mark)
            attach(append(.plain, first: 0, count: 0, at: mark), expanded: 1)
            return
        }
        aliasedNodes += anchor.expanded
        guard aliasedNodes <= limits.aliasedNodes else {
            stop("aliases expand to more than \(limits.aliasedNodes) nodes", at: mark)
            return
        }
        let node = append(
            tree.records[Int(anchor.node)].kind,
            first: anchor.node,
            count: 0,
            at: mark
        )
        tree.records[Int(node)].isAlias = true
        attach(node, expanded: anchor.expanded)
    }

    mutating func beginCollection(_ kind: YAMLTree.Kind, anchor: String?, at mark: YAMLTree.Mark) {
        guard open.count < limits.depth else {
            stop("nested deeper than \(limits.depth) levels", at: mark)
            return
        }
        let node = append(kind, first: YAMLTree.none, count: 0, at: mark)
        if let anchor {
            define(anchor, Anchor(node: node, expanded: 0, mark: mark, isComplete: false))
        }
        open.append(Open(node: node, anchor: anchor))
    }

    mutating func endCollection() {
        guard let done = open.popLast() else { return }
        tree.records[Int(done.node)].count = done.count
        if tree.records[Int(done.node)].kind == .mapping {
            checkKeys(of: YAMLTree.Node(index: done.node))
        }
        if let anchor = done.anchor, let begun = anchors[anchor] {
            anchors[anchor] = Anchor(
                node: done.node,
                expanded: done.expanded,
                mark: begun.mark,
                isComplete: true
            )
        }
        attach(done.node, expanded: done.expanded)
    }

    /// Refuses a tag such as `!!python/object` or `!include`.
    mutating func refuseTag(_ tag: String, at mark: YAMLTree.Mark) {
        report(
            "tags such as \(VisibleText.escape(tag.unicodeScalars.prefix(60))) are not supported",
            at: mark
        )
    }

    private mutating func define(_ name: String, _ anchor: Anchor) {
        if let other = anchors[name] {
            let shown = VisibleText.escape(name.unicodeScalars.prefix(60))
            report("anchor &\(shown) is defined twice", at: anchor.mark, related: other.mark)
        }
        anchors[name] = anchor
    }

    private mutating func append(
        _ kind: YAMLTree.Kind,
        first: UInt32,
        count: UInt32,
        at mark: YAMLTree.Mark
    ) -> UInt32 {
        tree.records.append(YAMLTree.Record(kind: kind, mark: mark, first: first, count: count))
        return UInt32(tree.records.count - 1)
    }

    private mutating func attach(_ node: UInt32, expanded: Int) {
        guard !open.isEmpty else {
            tree.roots.append(YAMLTree.Node(index: node))
            return
        }
        let parent = open.count - 1
        if open[parent].last == YAMLTree.none {
            tree.records[Int(open[parent].node)].first = node
        } else {
            tree.records[Int(open[parent].last)].next = node
        }
        open[parent].last = node
        open[parent].count += 1
        open[parent].expanded += expanded
    }

    private mutating func checkKeys(of mapping: YAMLTree.Node) {
        var problems: [(message: String, mark: YAMLTree.Mark, related: YAMLTree.Mark?)] = []
        keys.begin(count: tree.count(mapping))
        tree.forEachEntry(of: mapping) { key, _ in
            // More than that is never told, and each would cost its words.
            guard problems.count < limits.diagnostics else { return }
            let mark = tree.mark(key)
            guard tree.kind(key) == .plain || tree.kind(key) == .quoted else {
                problems.append(
                    ("a key must be a single value, not a list or a mapping", mark, nil)
                )
                return
            }
            if tree.kind(key) == .plain, tree.equals(key, "<<") {
                let advice = "write the keys out, or share server attributes with a ServerTemplate"
                problems.append(("merge keys (<<) are not supported; \(advice)", mark, nil))
                return
            }
            if let first = keys.insert(key, in: tree) {
                let shown = VisibleText.quoted(tree.string(key))
                problems.append(
                    ("key \(shown) appears twice in the same mapping", mark, tree.mark(first))
                )
            }
        }
        for problem in problems {
            report(problem.message, at: problem.mark, related: problem.related)
        }
    }

    private func origin(_ mark: YAMLTree.Mark) -> Origin {
        Origin(file: path, line: Int(mark.line), column: Int(mark.column))
    }
}
