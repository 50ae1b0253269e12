/// Text from a file together with where each of its characters stands.
package struct PlacedText: Hashable, Sendable {
    /// From one character on, the columns of one line count up.
    package struct Run: Hashable, Sendable {
        /// Scalars of the text before the run.
        package let offset: Int
        package let line: Int
        package let column: Int

        package init(offset: Int, line: Int, column: Int) {
            self.offset = offset
            self.line = line
            self.column = column
        }
    }

    package let text: String
    package let origin: Origin
    /// In the order of the text; without them every character is at `origin`.
    package let runs: [Run]

    package init(_ text: String, at origin: Origin, runs: [Run] = []) {
        self.text = text
        self.origin = origin
        self.runs = runs
    }

    /// Where in the file the scalar with this number stands.
    package func origin(at offset: Int) -> Origin {
        guard let run = runs.last(where: { $0.offset <= offset }) else { return origin }
        return Origin(file: origin.file, line: run.line, column: run.column + offset - run.offset)
    }
}

/// A value of a document whose meaning is decided later: text, a list or a mapping, with its place.
package struct PlacedNode: Hashable, Sendable {
    /// What stands there.
    package indirect enum Content: Hashable, Sendable {
        /// Unquoted text can be a number or a truth value.
        case text(String, isQuoted: Bool)
        case list([PlacedNode])
        case mapping([Entry])
    }

    /// One key of a mapping and its value.
    package struct Entry: Hashable, Sendable {
        package let key: String
        package let origin: Origin
        package let value: PlacedNode

        package init(key: String, origin: Origin, value: PlacedNode) {
            self.key = key
            self.origin = origin
            self.value = value
        }
    }

    package let content: Content
    package let origin: Origin

    package init(_ content: Content, at origin: Origin) {
        self.content = content
        self.origin = origin
    }

    /// The entries of a mapping; none of anything else.
    package var entries: [Entry] {
        if case .mapping(let entries) = content { entries } else { [] }
    }

    /// The value of a key of a mapping.
    package subscript(key: String) -> PlacedNode? { entries.first { $0.key == key }?.value }
}
