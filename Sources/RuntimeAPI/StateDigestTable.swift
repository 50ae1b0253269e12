/// `show state digest` (ours): one number for everything an operator can change, and one for each part of it.
///
/// A line `# digest kind name`, then one line a part, escaped as in commands; the first is the whole
/// process. Equal state gives equal digests on every proxy, whatever the order of its changes; what
/// checks and traffic say is not in them.
package struct StateDigestTable: Hashable, Sendable {
    package var rows: [StateDigestRow]

    package init(rows: [StateDigestRow] = []) { self.rows = rows }

    private static let header = "# digest kind name"

    /// The digest of everything; nil when only one proxy was asked for.
    package var total: UInt64? { rows.first { $0.kind == .process }?.digest }

    /// The digest of one part.
    package subscript(kind: StateDigestRow.Kind, name: String) -> UInt64? {
        rows.first { $0.kind == kind && $0.name == name }?.digest
    }

    /// Reads what `text` prints; kinds that a newer proxy adds are passed over.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show state digest")
        guard try reader.header().starts(with: ["digest", "kind", "name"]) else {
            throw reader.error("the header is not `\(header)`")
        }
        var rows: [StateDigestRow] = []
        while let line = reader.nextFilledLine() {
            let words = CommandLine(reader.bytes[line]).commands[0]
            guard words.count == 3, words[0].utf8.count == 16,
                let digest = UInt64(words[0], radix: 16)
            else { throw reader.error("no `digest kind name`") }
            guard let kind = StateDigestRow.Kind(rawValue: words[1]) else { continue }
            rows.append(StateDigestRow(kind: kind, name: words[2], digest: digest))
        }
        return Self(rows: rows)
    }

    /// One header line, then one line a part.
    package var text: String {
        var writer = TableWriter(reserving: rows.count * 48)
        writer.write("\(Self.header)\n")
        for row in rows {
            let digits = String(row.digest, radix: 16)
            writer.write(String(repeating: "0", count: 16 - digits.utf8.count))
            writer.writeWord(digits)
            writer.writeWord(row.kind.rawValue)
            writer.writeWord(RuntimeCommand.escaped(row.name))
            writer.endLine()
        }
        return writer.text
    }
}

/// One part of the state with its digest.
package struct StateDigestRow: Hashable, Sendable {
    /// What a digest is of; the process stands for everything, limits included, and is called `-`.
    package enum Kind: String, Hashable, Sendable {
        case process, frontend, backend, map, acl
        /// All certificates and their lists together, called `-`.
        case certificates
    }

    package var kind: Kind
    package var name: String
    package var digest: UInt64

    package init(kind: Kind, name: String, digest: UInt64) {
        self.kind = kind
        self.name = name
        self.digest = digest
    }
}
