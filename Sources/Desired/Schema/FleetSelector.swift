import Model

/// Which fleets a document is for; every condition given must hold.
struct FleetSelector: Hashable, Sendable {
    /// Labels that a fleet must carry with exactly these values.
    var labels: [String: String] = [:]
    /// Globs (`*` and `?`) of which a fleet's name must match one.
    var names: [String]?

    func selects(_ fleet: FleetDocument) -> Bool {
        selects(fleet.head.name, labeled: fleet.head.labels)
    }

    func selects(_ fleet: DesiredFleet) -> Bool {
        selects(fleet.name.text, labeled: fleet.labels)
    }

    private func selects(_ name: String, labeled known: [String: String]) -> Bool {
        guard labels.allSatisfy({ known[$0.key] == $0.value }) else { return false }
        guard let names else { return true }
        return names.contains { Glob.matches($0, name) }
    }

    static let schema = ObjectSchema<FleetSelector>([
        ObjectSchema.Field("matchLabels", "Labels that a fleet carries, all of them.", .texts()) {
            $0.labels = $1
        },
        ObjectSchema.Field("matchNames", "Globs of fleet names, any of them.", .list(of: glob)) {
            $0.names = $1
        },
    ])

    /// A name has at most 255 characters, so no longer glob is of use.
    private static let glob = ValueSchema<String>(.text(pattern: "^.{1,255}$")) { node, reader in
        guard let text = reader.text(node), (1...255).contains(text.utf8.count) else {
            reader.reject(node, expected: "a glob of at most 255 characters")
            return nil
        }
        return text
    }

    static let value = ValueSchema<Located<FleetSelector>>(schema.shape) { node, reader in
        guard let selector = schema.value(FleetSelector.init).read(node, &reader) else {
            return nil
        }
        guard !selector.labels.isEmpty || selector.names?.isEmpty == false else {
            reader.report("\(reader.key) selects nothing; give matchLabels or matchNames", at: node)
            return nil
        }
        return Located(value: selector, origin: reader.origin(node))
    }
}

/// File-name patterns: `*` stands for any characters, `?` for one.
enum Glob {
    /// Whether the whole of `text` matches; linear in both, without recursion.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.utf8)
        let text = Array(text.utf8)
        var position = 0
        var star: (pattern: Int, text: Int)?
        var index = 0
        while index < text.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = (position, index)
                position += 1
            } else if position < pattern.count,
                pattern[position] == text[index] || pattern[position] == UInt8(ascii: "?")
            {
                position += 1
                index += 1
            } else if let back = star {
                star = (back.pattern, back.text + 1)
                position = back.pattern + 1
                index = back.text + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
