import Model

/// A Map document.
struct MapDocument: Sendable {
    let head: DocumentHead
    var name: Located<PatternFileName>?
    var fleets: Located<FleetSelector>?
    var entries = Entries()
    /// A two-column file in the repository.
    var entriesFrom: Located<String>?
    var isAtomic = false
    var unmanaged: UnmanagedPolicy = .keep

    /// Entries as written: a mapping has no order, a list has.
    struct Entries: Sendable {
        var list: [DesiredMapEntry] = []
        var isOrdered = false
        var origin: Origin?
    }

    static let schema = ObjectSchema<MapDocument>([
        .required("name", "The map's name, exactly as in the boot file.", .located(.patternFile)) {
            $0.name = $1
        },
        .required("fleets", "The fleets that have it.", FleetSelector.value) { $0.fleets = $1 },
        ObjectSchema.Field(
            "entries",
            "Keys and values; a list of {key, value} keeps its order.",
            entries
        ) {
            $0.entries = $1
        },
        ObjectSchema.Field("entriesFrom", "A file of lines `key value`, in order.", .located(.path))
        {
            $0.entriesFrom = $1
        },
        ObjectSchema.Field("atomic", "Readers never see a mixture of old and new.", .boolean) {
            $0.isAtomic = $1
        },
        ObjectSchema.Field("unmanaged", "What becomes of entries nobody declared.", .choice()) {
            $0.unmanaged = $1
        },
    ])

    private static let entries = ValueSchema<Entries>(
        .anyOf([.dictionary(of: .text(pattern: "")), .list(of: Pair.schema.shape)])
    ) { node, reader in
        switch reader.tree.kind(node) {
        case .mapping: mapping(node, &reader)
        case .sequence: list(node, &reader)
        case .plain, .quoted:
            {
                reader.reject(node, expected: "a mapping, or a list of {key, value}")
                return nil
            }()
        }
    }

    private static func mapping(_ node: YAMLTree.Node, _ reader: inout DocumentReader) -> Entries? {
        var entries = Entries(origin: reader.origin(node))
        entries.list.reserveCapacity(reader.tree.count(node))
        _ = reader.entries(of: node, expected: "a mapping") { key, value, reader in
            reader.key = "entry \(reader.tree.string(key))"
            guard let name = MapEntryText.key(key, &reader),
                let text = MapEntryText.value(value, &reader)
            else { return }
            entries.list.append(DesiredMapEntry(key: name, value: text, origin: reader.origin(key)))
        }
        return entries
    }

    private static func list(_ node: YAMLTree.Node, _ reader: inout DocumentReader) -> Entries? {
        var entries = Entries(isOrdered: true, origin: reader.origin(node))
        var places: [String: Origin] = [:]
        var elements: [YAMLTree.Node] = []
        reader.tree.forEachElement(of: node) { elements.append($0) }
        for element in elements {
            guard let pair = Pair.schema.value(Pair.init).read(element, &reader),
                let key = pair.key,
                let value = pair.value
            else { continue }
            if let first = places[key] {
                reader.report(
                    "key \(VisibleText.quoted(key)) appears twice in this map",
                    at: element,
                    related: first
                )
                continue
            }
            places[key] = reader.origin(element)
            entries.list.append(
                DesiredMapEntry(key: key, value: value, origin: reader.origin(element))
            )
        }
        return entries
    }

    /// One element of the list form.
    private struct Pair {
        var key: String?
        var value: String?

        static let schema = ObjectSchema<Pair>([
            .required(
                "key",
                "What is looked up.",
                ValueSchema(.text(pattern: ""), read: MapEntryText.key)
            ) {
                $0.key = $1
            },
            .required(
                "value",
                "What is found.",
                ValueSchema(.text(pattern: ""), read: MapEntryText.value)
            ) {
                $0.value = $1
            },
        ])
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> MapDocument? {
        var map = MapDocument(head: head)
        schema.read(spec, &reader, into: &map)
        if reader.tree.kind(spec) == .mapping {
            let both = [map.entries.origin, map.entriesFrom?.origin].compactMap(\.self)
            if both.count == 2 {
                reader.report(
                    "give entries or entriesFrom, not both",
                    at: both[1],
                    related: both[0]
                )
            } else if reader.tree.value(of: "entries", in: spec) == nil, map.entriesFrom == nil,
                reader.tree.value(of: "entriesFrom", in: spec) == nil
            {
                reader.report("entries is missing", at: spec)
            }
        }
        return head.name.isEmpty ? nil : map
    }
}

/// What can stand in a map file's line.
enum MapEntryText {
    /// A key: no white space, no control characters, not empty.
    @Sendable static func key(_ node: YAMLTree.Node, _ reader: inout DocumentReader) -> String? {
        switch reader.tree.kind(node) {
        case .plain, .quoted: break
        case .sequence, .mapping: return nil
        }
        let text = reader.tree.string(node)
        guard isKey(text) else {
            reader.report(
                "key \(VisibleText.quoted(text)) must be one word without control characters",
                at: node
            )
            return nil
        }
        return text
    }

    /// A value: one line, not empty; its type in YAML does not matter.
    @Sendable static func value(_ node: YAMLTree.Node, _ reader: inout DocumentReader) -> String? {
        guard let text = reader.text(node) else {
            reader.reject(node, expected: "text")
            return nil
        }
        guard isValue(text) else {
            reader.reject(node, expected: "one line of text without spaces at its ends")
            return nil
        }
        return text
    }

    static func isKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 != 127 }
    }

    static func isValue(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.first != 32 && text.utf8.last != 32
            && text.utf8.allSatisfy { $0 >= 32 && $0 != 127 }
    }
}
