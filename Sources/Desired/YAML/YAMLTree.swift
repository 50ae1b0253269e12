/// The documents of one YAML file: nodes in one array, their text in another.
///
/// A node is a number into the arena, so a tree of a hundred thousand nodes is three allocations and
/// walking it counts no references. An alias is a node of its own that points at its anchor.
struct YAMLTree: Sendable {
    /// A node of a tree; only meaningful together with its tree.
    struct Node: Hashable, Sendable {
        let index: UInt32
    }

    /// What a node is, an alias already followed.
    enum Kind: UInt8, Sendable {
        /// Unquoted: its meaning depends on the type that the schema wants.
        case plain
        /// Quoted or a block scalar: always a string.
        case quoted
        case sequence
        case mapping
    }

    /// Where a node begins, counted from 1, in characters.
    struct Mark: Hashable, Sendable {
        let line: UInt32
        let column: UInt32
    }

    struct Record {
        var kind: Kind
        var isAlias = false
        var mark: Mark
        /// Scalars: where the text begins and its length in bytes. Collections: first child and count
        /// of children (keys and values alternate in a mapping). Aliases: the target.
        var first: UInt32
        var count: UInt32
        /// The next node in the same collection.
        var next: UInt32 = YAMLTree.none
    }

    static let none = UInt32.max

    var records: [Record] = []
    var text: [UInt8] = []
    /// One root for each document, in order.
    var roots: [Node] = []

    func kind(_ node: Node) -> Kind { records[Int(node.index)].kind }

    func mark(_ node: Node) -> Mark { records[Int(node.index)].mark }

    /// The node itself, or the anchored node that an alias stands for.
    func target(_ node: Node) -> Node {
        let record = records[Int(node.index)]
        return record.isAlias ? Node(index: record.first) : node
    }

    /// The bytes of a scalar's value, as a range of `text`.
    func range(_ node: Node) -> Range<Int> {
        let record = records[Int(target(node).index)]
        return Int(record.first)..<Int(record.first) + Int(record.count)
    }

    /// A scalar's value; empty for a collection.
    func string(_ node: Node) -> String {
        switch kind(node) {
        case .plain, .quoted: String(decoding: text[range(node)], as: UTF8.self)
        case .sequence, .mapping: ""
        }
    }

    /// Whether a scalar's value is exactly these characters.
    func equals(_ node: Node, _ other: String) -> Bool {
        let bytes = range(node)
        return bytes.count == other.utf8.count && text[bytes].elementsEqual(other.utf8)
    }

    /// The number of entries of a mapping or elements of a sequence.
    func count(_ node: Node) -> Int {
        let record = records[Int(target(node).index)]
        return record.kind == .mapping ? Int(record.count) / 2 : Int(record.count)
    }

    /// Calls `body` with each element of a sequence in order.
    func forEachElement(of node: Node, _ body: (Node) -> Void) {
        var next = firstChild(of: node)
        while let element = next {
            body(element)
            next = self.next(after: element)
        }
    }

    /// Calls `body` with each key and value of a mapping in order.
    func forEachEntry(of node: Node, _ body: (_ key: Node, _ value: Node) -> Void) {
        var next = firstChild(of: node)
        while let key = next, let value = self.next(after: key) {
            body(key, value)
            next = self.next(after: value)
        }
    }

    /// The value of a key of a mapping; nil when it is not there.
    func value(of key: String, in node: Node) -> Node? {
        guard kind(node) == .mapping else { return nil }
        var found: Node?
        forEachEntry(of: node) { candidate, value in
            if found == nil, equals(candidate, key) { found = value }
        }
        return found
    }

    /// The first element or key; nil for a scalar or an empty collection.
    func firstChild(of node: Node) -> Node? {
        let record = records[Int(target(node).index)]
        guard record.kind == .mapping || record.kind == .sequence, record.count > 0 else {
            return nil
        }
        return Node(index: record.first)
    }

    /// What follows a node in its collection: after a key its value.
    func next(after node: Node) -> Node? {
        let next = records[Int(node.index)].next
        return next == Self.none ? nil : Node(index: next)
    }
}
