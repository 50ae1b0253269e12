/// `dump stats-file` (3.0): the only place where guids can be read back.
package struct StatsFile: Hashable, Sendable {
    package var sections: [StatsFileSection]

    package init(sections: [StatsFileSection] = []) { self.sections = sections }

    /// Guids of servers: section `#srv`... every guid of every section, in order.
    package var guids: [String] { sections.flatMap { $0.rows.compactMap(\.first) } }
}

/// One kind of object in a stats file.
package struct StatsFileSection: Hashable, Sendable {
    /// `fe`, `be`, `li` or `srv`.
    package var kind: String
    /// Names of the columns; the first is `guid`.
    package var columns: [String]
    package var rows: [[String]]

    package init(kind: String, columns: [String], rows: [[String]] = []) {
        self.kind = kind
        self.columns = columns
        self.rows = rows
    }
}
