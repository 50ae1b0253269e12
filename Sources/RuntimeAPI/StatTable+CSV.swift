extension StatTable {
    /// The header line that begins with `# `, then a line an object; texts may stand in quotes.
    static func parseCSV(
        _ text: String,
        keeping kept: Set<StatField>
    ) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show stat")
        guard let header = reader.nextFilledLine(), header.count > 2 else {
            throw reader.error("no header line")
        }
        let names = reader.string(header.dropFirst(2)).split(
            separator: ",",
            omittingEmptySubsequences: false
        )
        guard names.first == "pxname" else {
            throw reader.error("the header does not begin with pxname")
        }
        // What follows `-` belongs to modules and repeats names.
        let columns = names.prefix { $0 != "-" }.map { name in
            StatField.byName[String(name)].flatMap { kept.contains($0) ? $0 : nil }
        }
        let last = columns.lastIndex { $0 != nil } ?? -1
        var rows: [StatRow] = []
        while let line = reader.nextFilledLine() {
            var row = StatRow()
            var start = line.lowerBound
            for index in 0...max(0, last) {
                guard start <= line.upperBound, last >= 0 else {
                    throw reader.error("the line ends before column \(names[index])")
                }
                let end = reader.endOfCell(from: start, in: line)
                if let field = columns[index], end > start {
                    row.append(field, try reader.cell(start..<end, of: field))
                }
                start = end + 1
            }
            rows.append(row)
        }
        return Self(rows: rows)
    }

    /// Every cell ends in a comma, the last one too; absent values are empty.
    var csv: String {
        var writer = TableWriter(reserving: rows.count * 320 + 1024)
        writer.write("# ")
        for field in StatField.allCases {
            writer.write(field.name)
            writer.write(",")
        }
        writer.write("-,\n")
        for row in rows {
            var next = 0
            for entry in row.fields {
                while next < Int(entry.field.rawValue) {
                    writer.write(",")
                    next += 1
                }
                writer.writeCell(entry.value)
                writer.write(",")
                next += 1
            }
            for _ in next..<StatField.allCases.count { writer.write(",") }
            writer.write("-,\n")
        }
        return writer.text
    }
}

extension TableReader {
    /// The comma that ends the cell, or the end of the line; commas in quotes do not count.
    fileprivate func endOfCell(from start: Int, in line: Range<Int>) -> Int {
        var index = start
        var isQuoted = false
        while index < line.upperBound {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ","), !isQuoted { break }
            index += 1
        }
        return index
    }

    fileprivate func cell(_ range: Range<Int>, of field: StatField) throws(TableError) -> StatValue
    {
        guard field.description.isText else { return .number(try integer(range)) }
        guard bytes[range.lowerBound] == UInt8(ascii: "\"") else { return .text(string(range)) }
        var text: [UInt8] = []
        var index = range.lowerBound + 1
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "\"") { index += 1 }
            if index < range.upperBound { text.append(bytes[index]) }
            index += 1
        }
        return .text(String(decoding: text, as: UTF8.self))
    }
}

extension TableWriter {
    fileprivate mutating func writeCell(_ value: StatValue) {
        switch value {
        case .number(let number): write(number)
        case .text(let text):
            let needsQuotes = text.utf8.contains { byte in
                byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"")
                    || byte == UInt8(ascii: "\n")
                    || byte == UInt8(ascii: "\r")
            }
            guard needsQuotes else { return write(text) }
            write("\"")
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") { write(byte) }
                write(byte)
            }
            write("\"")
        }
    }
}
