/// `show servers state`: what the proxy knows of each server, for a reader that looks columns up by name.
package struct ServerStateTable: Hashable, Sendable {
    package var rows: [ServerStateRow]

    package init(rows: [ServerStateRow] = []) { self.rows = rows }

    /// Reads a table by the names in its header; columns it does not know are skipped.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show servers state")
        guard let version = reader.nextFilledLine(), reader.number(version) == 1 else {
            throw reader.error("the format version is not 1")
        }
        let columns = try reader.header().map(ServerStateRow.Column.init)
        for needed: ServerStateRow.Column in [.backendID, .backendName, .serverID, .serverName]
        where !columns.contains(needed) {
            throw reader.error("the header lacks \(needed.rawValue)")
        }
        var rows: [ServerStateRow] = []
        var words: [Range<Int>] = []
        while let line = reader.nextFilledLine() {
            reader.split(line, into: &words)
            guard words.count >= columns.count else {
                throw reader.error("\(words.count) columns where the header has \(columns.count)")
            }
            var row = ServerStateRow(backendID: 0, backendName: "", serverID: 0, serverName: "")
            for (index, column) in columns.enumerated() {
                if let column { try row.read(column, words[index], reader) }
            }
            rows.append(row)
        }
        return Self(rows: rows)
    }

    /// What HAProxy prints.
    package var text: String {
        var writer = TableWriter(reserving: rows.count * 96 + 512)
        writer.write("1\n# ")
        writer.write(ServerStateRow.Column.allCases.map(\.rawValue).joined(separator: " "))
        writer.write("\n")
        for row in rows { row.write(to: &writer) }
        return writer.text
    }
}
