/// `show map NAME`: the entries of one version of a map, in order.
package struct MapDump: Hashable, Sendable {
    package var rows: [MapDumpRow]

    package init(rows: [MapDumpRow] = []) { self.rows = rows }

    /// Reads `0xREF key value` lines; a value may hold spaces, a key cannot.
    ///
    /// A line without a reference continues the value before it: HAProxy 3.0's payloads can do that.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show map NAME")
        var rows: [MapDumpRow] = []
        while let line = reader.nextLine() {
            if let row = MapDumpRow(line, reader) {
                rows.append(row)
            } else if !rows.isEmpty {
                rows[rows.count - 1].value += "\n" + reader.string(line)
            } else if !line.isEmpty {
                throw reader.error("no `0xREFERENCE key value`")
            }
        }
        return Self(rows: rows)
    }

    /// What HAProxy prints.
    package var text: String {
        var writer = TableWriter(reserving: rows.count * 48)
        for row in rows {
            writer.write("0x")
            writer.write(String(row.reference, radix: 16))
            writer.write(" ")
            writer.write(row.key)
            writer.write(" ")
            writer.write(row.value)
            writer.write("\n")
        }
        return writer.text
    }
}

/// One entry of a map.
package struct MapDumpRow: Hashable, Sendable {
    /// Names the entry in `set map M #0x…` and `del map M #0x…`.
    package var reference: UInt64
    /// Never holds a space.
    package var key: String
    package var value: String

    package init(reference: UInt64, key: String, value: String) {
        self.reference = reference
        self.key = key
        self.value = value
    }

    fileprivate init?(_ line: Range<Int>, _ reader: TableReader) {
        let space = UInt8(ascii: " ")
        guard line.count > 3, reader.bytes[line.lowerBound] == UInt8(ascii: "0"),
            reader.bytes[line.lowerBound + 1] == UInt8(ascii: "x"),
            let end = reader.firstIndex(of: space, in: line),
            let reference = reader.hexadecimal(line.lowerBound + 2..<end)
        else { return nil }
        let keyEnd = reader.firstIndex(of: space, in: end + 1..<line.upperBound) ?? line.upperBound
        let key = reader.string(end + 1..<keyEnd)
        let value = reader.string(min(keyEnd + 1, line.upperBound)..<line.upperBound)
        self.init(reference: reference, key: key, value: value)
    }
}

extension TableReader {
    fileprivate func hexadecimal(_ range: Range<Int>) -> UInt64? {
        guard (1...16).contains(range.count) else { return nil }
        var number: UInt64 = 0
        for index in range {
            let byte = bytes[index]
            switch byte {
            case 48...57: number = number << 4 | UInt64(byte - 48)
            case 97...102: number = number << 4 | UInt64(byte - 87)
            default: return nil
            }
        }
        return number
    }
}
