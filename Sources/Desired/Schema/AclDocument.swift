import Model

/// An Acl document: the patterns of a list file that the boot file's rules test.
struct AclDocument: Sendable {
    let head: DocumentHead
    var name: Located<PatternFileName>?
    var fleets: Located<FleetSelector>?
    var patterns: Located<[Located<String>]>?
    /// A file of one pattern a line in the repository.
    var patternsFrom: Located<String>?
    var unmanaged: UnmanagedPolicy = .keep

    static let schema = ObjectSchema<AclDocument>(
        [
            .required(
                "name",
                "The list's name, exactly as in the boot file.",
                .located(.patternFile)
            ) {
                $0.name = $1
            },
            .required("fleets", "The fleets that have it.", FleetSelector.value) { $0.fleets = $1 },
            ObjectSchema.Field("patterns", "The patterns; their order means nothing.", patterns) {
                $0.patterns = $1
            },
            ObjectSchema.Field("patternsFrom", "A file of one pattern a line.", .located(.path)) {
                $0.patternsFrom = $1
            },
            ObjectSchema.Field("unmanaged", "What becomes of patterns nobody declared.", .choice())
            {
                $0.unmanaged = $1
            },
        ],
        announced: ["atomic"]
    )

    private static let pattern = ValueSchema<String>(.text(pattern: "^\\S(.*\\S)?$")) {
        node,
        reader in
        guard let text = reader.text(node), MapEntryText.isValue(text) else {
            reader.reject(node, expected: "one line of text without spaces at its ends")
            return nil
        }
        return text
    }

    private static let patterns = ValueSchema<Located<[Located<String>]>>(
        .list(of: pattern.shape)
    ) { node, reader in
        guard
            let list = ValueSchema<[Located<String>]>.list(of: .located(pattern)).read(
                node,
                &reader
            )
        else {
            return nil
        }
        var places: [String: Origin] = [:]
        for element in list {
            if let first = places[element.value] {
                let shown = VisibleText.quoted(element.value)
                reader.report("pattern \(shown) appears twice", at: element.origin, related: first)
            }
            places[element.value] = element.origin
        }
        return Located(value: list, origin: reader.origin(node))
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> AclDocument? {
        var acl = AclDocument(head: head)
        schema.read(spec, &reader, into: &acl)
        if reader.tree.kind(spec) == .mapping {
            if let list = acl.patterns, let file = acl.patternsFrom {
                reader.report(
                    "give patterns or patternsFrom, not both",
                    at: file.origin,
                    related: list.origin
                )
            } else if reader.tree.value(of: "patterns", in: spec) == nil,
                reader.tree.value(of: "patternsFrom", in: spec) == nil
            {
                reader.report("patterns is missing", at: spec)
            }
        }
        return head.name.isEmpty ? nil : acl
    }
}
