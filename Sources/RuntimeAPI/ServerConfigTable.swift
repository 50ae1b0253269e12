/// `show servers config` (ours): what was said of each server when it was declared or added.
///
/// A line `# bkname/svname svid addr arguments`, then one line a server, escaped as in commands.
package struct ServerConfigTable: Hashable, Sendable {
    package var rows: [ServerConfigRow]

    package init(rows: [ServerConfigRow] = []) { self.rows = rows }

    private static let header = "# bkname/svname svid addr arguments"

    /// Reads what `text` prints.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show servers config")
        guard try reader.header().first == "bkname/svname" else {
            throw reader.error("the header is not `\(header)`")
        }
        var rows: [ServerConfigRow] = []
        while let line = reader.nextFilledLine() {
            let words = CommandLine(reader.bytes[line]).commands[0]
            guard words.count >= 3, let slash = words[0].firstIndex(of: "/"), let id = Int(words[1])
            else { throw reader.error("no `backend/server id address`") }
            let server = ServerReference(
                backend: String(words[0][..<slash]),
                server: String(words[0][words[0].index(after: slash)...])
            )
            let arguments = Array(words.dropFirst(3))
            rows.append(
                ServerConfigRow(server: server, id: id, address: words[2], arguments: arguments)
            )
        }
        return Self(rows: rows)
    }

    /// One header line, then one line a server.
    package var text: String {
        var writer = TableWriter(reserving: rows.count * 96)
        writer.write("\(Self.header)\n")
        for row in rows {
            writer.writeWord("\(row.server)")
            writer.writeWord(row.id)
            writer.writeWord(RuntimeCommand.escaped(row.address))
            for argument in row.arguments { writer.writeWord(RuntimeCommand.escaped(argument)) }
            writer.endLine()
        }
        return writer.text
    }
}

/// One server of `show servers config`.
package struct ServerConfigRow: Hashable, Sendable {
    package var server: ServerReference
    package var id: Int
    package var address: String
    /// `keyword value …` as `add server` takes them.
    package var arguments: [String]

    package init(server: ServerReference, id: Int, address: String, arguments: [String] = []) {
        self.server = server
        self.id = id
        self.address = address
        self.arguments = arguments
    }
}
