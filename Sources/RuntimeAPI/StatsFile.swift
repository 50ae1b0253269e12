/// `dump stats-file` (3.0): the only place where guids can be read back.
///
/// The sections stand apart by an empty line; 3.0 lists servers under `be`.
package struct StatsFile: Hashable, Sendable {
    package var sections: [StatsFileSection]

    package init(sections: [StatsFileSection] = []) { self.sections = sections }

    /// The guids of every section, in order.
    package var guids: [String] { sections.flatMap { $0.rows.compactMap(\.first) } }

    /// Reads sections that begin with `#KIND guid,…`.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "dump stats-file")
        var file = Self()
        while let line = reader.nextFilledLine() {
            if reader.bytes[line.lowerBound] == UInt8(ascii: "#") {
                let head = reader.string(line.dropFirst()).split(separator: " ", maxSplits: 1)
                guard head.count == 2 else { throw reader.error("a header without columns") }
                let columns = Self.cells(String(head[1]))
                file.sections.append(StatsFileSection(kind: String(head[0]), columns: columns))
            } else if file.sections.isEmpty {
                throw reader.error("a line before the first header")
            } else {
                file.sections[file.sections.count - 1].rows.append(Self.cells(reader.string(line)))
            }
        }
        return file
    }

    /// What HAProxy prints.
    package var text: String {
        sections.map { section in
            "#\(section.kind) \(Self.line(section.columns))" + section.rows.map(Self.line).joined()
        }.joined(separator: "\n")
    }

    /// Every cell ends in a comma, the last one too.
    private static func cells(_ line: String) -> [String] {
        let text = line.hasSuffix(",") ? line.dropLast() : line[...]
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func line(_ cells: [String]) -> String { cells.map { "\($0)," }.joined() + "\n" }
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
