/// `show map`: which maps there are and how large they are.
package struct MapList: Hashable, Sendable {
    package var rows: [MapListRow]

    package init(rows: [MapListRow] = []) { self.rows = rows }

    /// Reads lines like `5 (virt@routes.map) used by … curr_ver=0 next_ver=0 entry_cnt=2`.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show map")
        _ = try reader.header()
        var rows: [MapListRow] = []
        while let line = reader.nextFilledLine() { rows.append(try MapListRow(line, reader)) }
        return Self(rows: rows)
    }

    /// What HAProxy prints.
    package var text: String {
        rows.reduce(into: "# id (file) description\n") { text, row in
            text += """
                \(row.id) (\(row.file)) \(row.display). curr_ver=\(row.currentVersion) \
                next_ver=\(row.nextVersion) entry_cnt=\(row.entryCount)

                """
        }
    }
}

/// One map of `show map`.
package struct MapListRow: Hashable, Sendable {
    package var id: Int
    /// As the boot file spells it.
    package var file: String
    /// Where it is used, in the proxy's words.
    package var display: String
    package var currentVersion: UInt32
    package var nextVersion: UInt32
    package var entryCount: Int

    package init(id: Int, file: String, display: String, entryCount: Int = 0) {
        self.id = id
        self.file = file
        self.display = display
        self.entryCount = entryCount
        currentVersion = 0
        nextVersion = 0
    }

    /// The description may hold anything, so the numbers are sought from the end.
    fileprivate init(_ line: Range<Int>, _ reader: TableReader) throws(TableError) {
        let text = reader.string(line)
        guard let id = text.firstRange(of: " ("), let file = text.firstRange(of: ") "),
            let number = Int(text[..<id.lowerBound]), id.upperBound <= file.lowerBound
        else { throw reader.error("no `id (file) description`") }
        var words = text[file.upperBound...].split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 3,
            let entries = Self.value(of: "entry_cnt", in: words.popLast()).flatMap({ Int($0) }),
            let next = Self.value(of: "next_ver", in: words.popLast()).flatMap({ UInt32($0) }),
            let current = Self.value(of: "curr_ver", in: words.popLast()).flatMap({ UInt32($0) })
        else { throw reader.error("no versions and entry count at the end") }
        let display = words.joined(separator: " ")
        self.init(
            id: number,
            file: String(text[id.upperBound..<file.lowerBound]),
            display: display.hasSuffix(".") ? String(display.dropLast()) : display,
            entryCount: entries
        )
        currentVersion = current
        nextVersion = next
    }

    private static func value(of key: String, in word: Substring?) -> Substring? {
        guard let word, word.hasPrefix("\(key)=") else { return nil }
        return word.dropFirst(key.utf8.count + 1)
    }
}
