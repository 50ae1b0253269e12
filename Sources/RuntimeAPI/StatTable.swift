/// `show stat` in any of its formats; only the columns that were asked for are kept.
package struct StatTable: Hashable, Sendable {
    package var rows: [StatRow]

    package init(rows: [StatRow] = []) { self.rows = rows }

    /// Reads any format, which its first byte tells; keeps only `fields`.
    package static func parse(
        _ text: String,
        keeping fields: Set<StatField> = Set(StatField.allCases)
    ) throws(TableError) -> Self {
        switch text.utf8.first {
        case UInt8(ascii: "#"): try parseCSV(text, keeping: fields)
        case UInt8(ascii: "["): try parseJSON(text, keeping: fields)
        default: try parseTyped(text, keeping: fields)
        }
    }

    /// What HAProxy 3.0 prints, without module columns.
    package func text(_ format: OutputFormat) -> String {
        switch format {
        case .plain: csv
        case .typed: typed
        case .json: json
        }
    }
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
            fields.replaceSubrange(
                index..<(isPresent ? index + 1 : index),
                with: entry.map { [$0] } ?? []
            )
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

    /// Sets a column quickly when columns come in the order of the table.
    package mutating func append(_ field: StatField, _ value: StatValue) {
        if let last = fields.last, last.field.rawValue >= field.rawValue {
            self[field] = value
        } else {
            fields.append(Entry(field: field, value: value))
        }
    }
}

/// A cell of `show stat`.
package enum StatValue: Hashable, Sendable {
    case number(Int)
    case text(String)
}

/// What a row of `show stat` is about; column `type`.
package enum StatKind: Int, Hashable, Sendable {
    case frontend = 0
    case backend, server, listener

    /// How the typed format names it.
    var letter: String {
        switch self {
        case .frontend: "F"
        case .backend: "B"
        case .server: "S"
        case .listener: "L"
        }
    }

    /// How JSON names it.
    var name: String {
        switch self {
        case .frontend: "Frontend"
        case .backend: "Backend"
        case .server: "Server"
        case .listener: "Listener"
        }
    }
}

extension StatRow {
    /// Nil for a row without the column `type`.
    package var kind: StatKind? { number(.type).flatMap(StatKind.init) }
}
