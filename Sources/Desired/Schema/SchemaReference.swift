import Model

/// The documentation of the kinds, from the tables that the decoder uses: what `apus explain` prints.
package enum SchemaReference {
    /// What a path such as `Backend.server.maxconn` names.
    package struct Page: Hashable, Sendable {
        /// The path in full, e.g. `Backend.spec.server.maxconn`.
        package let path: String
        /// What a value looks like, in words.
        package let form: String
        package let isRequired: Bool
        /// In Markdown.
        package let summary: String
        /// The keys below it; empty for a single value.
        package let keys: [Key]
    }

    /// One key of an object.
    package struct Key: Hashable, Sendable {
        package let name: String
        package let form: String
        package let isRequired: Bool
        /// In Markdown.
        package let summary: String
    }

    /// There is no such kind or key.
    package struct Unknown: Error, Hashable, CustomStringConvertible {
        /// What is wrong, with the nearest word there is.
        package let description: String
    }

    /// Every kind with one line about it.
    package static var kinds: [Key] {
        Document.kinds.map {
            Key(name: $0.name, form: "a document", isRequired: false, summary: $0.summary)
        }
    }

    /// The page of a kind or of a key below it; `spec` may be left out of the path.
    package static func page(of path: String) throws(Unknown) -> Page {
        let words = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let kind = try kind(words[0])
        var place = Place(path: kind.name, shape: .object([]), property: nil)
        place.shape = Document.topLevel(of: kind)
        for (index, word) in words.enumerated().dropFirst() {
            if index == 1, !["apiVersion", "kind", "metadata", "spec"].contains(word) {
                place = try place.below("spec")
            }
            place = try place.below(word)
        }
        // A kind alone shows what is written under `spec`: the rest is the same for all.
        let shown = words.count == 1 ? try place.below("spec") : place
        return Page(
            path: place.path,
            form: words.count == 1 ? "a document" : Self.form(of: place.shape),
            isRequired: place.property?.isRequired ?? false,
            summary: place.property?.summary ?? kind.summary,
            keys: shown.keys.map(Key.init)
        )
    }

    /// Every kind and every key in Markdown, for a book or a repository's own README.
    package static func markdown() -> String {
        var lines = ["# Documents", ""]
        for kind in Document.kinds {
            lines += ["## \(kind.name)", "", kind.summary, ""]
            lines += table(of: kind.spec, under: "")
        }
        lines += ["## Server attributes", ""]
        lines += [
            "Keys of `server` in Backend and ServerTemplate, and of each server in its long form.",
            "",
        ]
        lines += table(of: AttributeLayer.schema.shape, under: "")
        return lines.joined(separator: "\n")
    }

    private static func kind(_ name: String) throws(Unknown) -> Document.Kind {
        let known = Document.kinds.map(\.name)
        if let kind = Document.kinds.first(where: { $0.name.lowercased() == name.lowercased() }) {
            return kind
        }
        let hint = Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
        throw Unknown(description: "there is no kind \(name)\(hint)")
    }

    /// A row for each key, and for the keys of the objects below it.
    private static func table(of shape: Shape, under prefix: String) -> [String] {
        var rows = ["| key | value | |", "|---|---|---|"]
        func add(_ properties: [Shape.Property], _ prefix: String) {
            for property in properties {
                let mark = property.isRequired ? " (required)" : ""
                let form = Self.form(of: property.shape).replacing("|", with: "\\|")
                rows.append("| `\(prefix)\(property.key)`\(mark) | \(form) | \(property.summary) |")
                guard let inner = property.shape.inner, !inner.isServerTable else { continue }
                add(inner.properties, "\(prefix)\(property.key)\(property.shape.separator)")
            }
        }
        add(shape.properties, prefix)
        return rows + [""]
    }

    /// A value's form in words.
    static func form(of shape: Shape) -> String {
        if let known = named.first(where: { $0.0 == shape }) { return known.1 }
        return switch shape {
        case .text: "text"
        case .boolean: "true or false"
        case .integer(let range):
            range.upperBound >= Int(Int32.max)
                ? "a number from \(range.lowerBound)"
                : "a number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): words.joined(separator: " | ")
        case .constant(let word): word
        case .list(let element): "a list of \(plural(of: element))"
        case .dictionary(let value): "a mapping from names to \(form(of: value))"
        case .named: "server attributes"
        case .object: "a mapping"
        case .anyOf(let shapes): shapes.map(form).joined(separator: ", or ")
        }
    }

    private static func plural(of shape: Shape) -> String {
        switch shape {
        case .object: "mappings"
        case .text: "texts"
        default: form(of: shape)
        }
    }

    private static let named: [(Shape, String)] = [
        (ValueSchema<Milliseconds>.duration.shape, "a duration such as 500ms, 2s or 10m"),
        (ValueSchema<Quota>.quota.shape, "a number, or a share such as 30%"),
        (ValueSchema<Int>.percent.shape, "a share such as 70%"),
        (ValueSchema<Endpoint>.endpoint.shape, "an address such as 10.0.0.1:8080"),
        (ValueSchema<RuntimeAddress>.runtimeAddress.shape, "unix:PATH or tcp://HOST:PORT"),
        (ValueSchema<String>.path.shape, "a path inside the repository"),
        (ValueSchema<BackendName>.name().shape, "a name"),
        (ValueSchema<String>.word.shape, "one word"),
        (ValueSchema<PatternFileName>.patternFile.shape, "a file name as in the boot file"),
    ]
}

/// Where a path through the tables has come to.
private struct Place {
    var path: String
    var shape: Shape
    var property: Shape.Property?

    var keys: [Shape.Property] { shape.inner?.properties ?? shape.properties }

    func below(_ key: String) throws(SchemaReference.Unknown) -> Place {
        let keys = keys
        if let found = keys.first(where: { $0.key == key }) {
            return Place(path: "\(path).\(key)", shape: found.shape, property: found)
        }
        let near = Spelling.nearest(to: key, among: keys.map(\.key))
        let hint = near.map { "; did you mean \($0)?" } ?? ""
        throw SchemaReference.Unknown(description: "\(path) has no key \(key)\(hint)")
    }
}

extension SchemaReference.Key {
    fileprivate init(_ property: Shape.Property) {
        self.init(
            name: property.key,
            form: SchemaReference.form(of: property.shape),
            isRequired: property.isRequired,
            summary: property.summary
        )
    }
}

extension Shape {
    /// The keys of an object; none for anything else.
    fileprivate var properties: [Property] {
        if case .object(let properties) = self { properties } else { [] }
    }

    /// The object whose keys a reader looks for: itself, or the elements of a list or mapping.
    fileprivate var inner: Shape? {
        switch self {
        case .object(let properties): properties.isEmpty ? nil : self
        case .list(let element), .dictionary(let element): element.inner
        case .named: AttributeLayer.schema.shape
        case .anyOf(let shapes): shapes.lazy.compactMap(\.inner).first
        case .text, .boolean, .integer, .choice, .constant: nil
        }
    }

    /// What stands between a key and the keys of its elements.
    fileprivate var separator: String {
        switch self {
        case .list: "[]."
        case .dictionary: ".NAME."
        case .anyOf(let shapes): shapes.contains { $0.isList } ? "[]." : "."
        default: "."
        }
    }

    private var isList: Bool { if case .list = self { true } else { false } }

    /// Holds every server attribute, which have a table of their own.
    fileprivate var isServerTable: Bool { properties.contains { $0.key == "inter" } }
}
