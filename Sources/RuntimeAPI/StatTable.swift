/// `show stat` in any of its formats; only the columns that were asked for are kept.
package struct StatTable: Hashable, Sendable {
    package var rows: [StatRow]

    package init(rows: [StatRow] = []) { self.rows = rows }
}

/// One frontend, backend, server or listener of `show stat`: a sparse list of fields in column order.
package struct StatRow: Hashable, Sendable {
    private(set) var fields: [Entry] = []

    struct Entry: Hashable, Sendable {
        let field: StatField
        let value: StatValue
    }

    package init() {}

    /// The value of a column; nil when the proxy left it empty or does not have it.
    package subscript(field: StatField) -> StatValue? {
        get { fields.first { $0.field == field }?.value }
        set {
            let index = fields.firstIndex { $0.field.rawValue >= field.rawValue } ?? fields.count
            let isPresent = index < fields.count && fields[index].field == field
            let entry = newValue.map { Entry(field: field, value: $0) }
            fields.replaceSubrange(index..<(isPresent ? index + 1 : index), with: entry.map { [$0] } ?? [])
        }
    }

    /// A number, nil for texts and absent columns.
    package func number(_ field: StatField) -> Int? {
        guard case .number(let number)? = self[field] else { return nil }
        return number
    }

    /// A text, nil for numbers and absent columns.
    package func text(_ field: StatField) -> String? {
        guard case .text(let text)? = self[field] else { return nil }
        return text
    }

    /// Adds a column that comes after all present ones in the table; cheaper than the subscript.
    package mutating func append(_ field: StatField, _ value: StatValue) {
        fields.append(Entry(field: field, value: value))
    }
}

/// A cell of `show stat`.
package enum StatValue: Hashable, Sendable {
    case number(Int)
    case text(String)
}
