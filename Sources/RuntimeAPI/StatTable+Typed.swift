extension StatTable {
    /// Lines like `S.3.1.17.status.1:SGP:str:UP`; a `pxname` begins the next row.
    static func parseTyped(
        _ text: String,
        keeping kept: Set<StatField>
    ) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show stat typed")
        var rows: [StatRow] = []
        while let line = reader.nextFilledLine() {
            guard let cell = TypedCell(line, reader) else {
                throw reader.error("no `KIND.PROXY.ID.POSITION.NAME.PROCESS:TAGS:TYPE:VALUE`")
            }
            let name = reader.string(cell.name)
            if name == StatField.proxyName.name { rows.append(StatRow()) }
            guard !rows.isEmpty else { throw reader.error("a field before the first pxname") }
            // Modules follow our columns and use names of their own.
            guard let field = StatField.byName[name], kept.contains(field) else { continue }
            let value: StatValue =
                field.description.isText
                ? .text(reader.string(cell.value)) : .number(try reader.integer(cell.value))
            rows[rows.count - 1].append(field, value)
        }
        return Self(rows: rows)
    }

    /// What `show stat typed` prints; absent values are left out.
    var typed: String {
        var writer = TableWriter(reserving: rows.count * 2048)
        for row in rows {
            let kind = row.kind ?? .frontend
            let prefix = "\(kind.letter).\(row.number(.iid) ?? 0).\(row.number(.sid) ?? 0)."
            let process = row.number(.pid) ?? 1
            for entry in row.fields {
                let field = entry.field
                writer.write(prefix)
                writer.write(Int(field.rawValue))
                writer.write(
                    ".\(field.name).\(process):\(field.tags(of: kind)):\(field.description.type):"
                )
                switch entry.value {
                case .number(let number): writer.write(number)
                case .text(let text): writer.write(text)
                }
                writer.write("\n")
            }
        }
        return writer.text
    }

    /// What `show stat json` prints, on one line.
    var json: String {
        var writer = TableWriter(reserving: rows.count * 12_000)
        writer.write("[")
        for (index, row) in rows.enumerated() {
            if index > 0 { writer.write(",") }
            writer.write("[")
            let kind = row.kind ?? .frontend
            let id = "\"proxyId\":\(row.number(.iid) ?? 0),\"id\":\(row.number(.sid) ?? 0)"
            for (index, entry) in row.fields.enumerated() {
                if index > 0 { writer.write(",") }
                writer.write("{\"objType\":\"\(kind.name)\",\(id),")
                writer.writeJSONField(
                    name: entry.field.name,
                    position: Int(entry.field.rawValue),
                    process: row.number(.pid) ?? 1,
                    tags: entry.field.tags(of: kind)
                )
                switch entry.value {
                case .number(let number):
                    writer.writeJSONValue(String(number), entry.field.description.type)
                case .text(let text): writer.writeJSONValue(text.jsonQuoted, "str")
                }
            }
            writer.write("]")
        }
        writer.write("]\n")
        return writer.text
    }

    /// Arrays of objects, an array a row.
    static func parseJSON(
        _ text: String,
        keeping kept: Set<StatField>
    ) throws(TableError) -> Self {
        let command = "show stat json"
        var reader = JSONReader(text, of: command)
        guard let arrays = try reader.document().array else {
            throw TableError(command, line: 1, reason: "not an array")
        }
        var rows: [StatRow] = []
        for array in arrays {
            guard let cells = array.array else {
                throw TableError(command, line: 1, reason: "row \(rows.count + 1) is not an array")
            }
            var row = StatRow()
            for cell in cells {
                guard let name = cell["field"]?["name"]?.text, let value = cell["value"]?["value"]
                else {
                    throw TableError(
                        command,
                        line: 1,
                        reason: "row \(rows.count + 1) has a field without name or value"
                    )
                }
                guard let field = StatField.byName[name], kept.contains(field) else { continue }
                if let number = value.number { row.append(field, .number(number)) }
                if let text = value.text { row.append(field, .text(text)) }
            }
            rows.append(row)
        }
        return Self(rows: rows)
    }
}

extension StatField {
    /// The letters for one kind of row: a backend counts its servers, a server only has a state.
    fileprivate func tags(of kind: StatKind) -> String {
        switch (self, kind) {
        case (.act, .backend), (.bck, .backend), (.rateMax, .backend): "MGP"
        default: description.tags
        }
    }
}

/// The parts of a typed line that a reader needs.
struct TypedCell {
    let name: Range<Int>
    let value: Range<Int>

    /// `….NAME.PROCESS:TAGS:TYPE:VALUE`; the value may hold anything.
    init?(_ line: Range<Int>, _ reader: TableReader) {
        let colon = UInt8(ascii: ":")
        guard let head = reader.firstIndex(of: colon, in: line),
            let tags = reader.firstIndex(of: colon, in: head + 1..<line.upperBound),
            let type = reader.firstIndex(of: colon, in: tags + 1..<line.upperBound)
        else { return nil }
        let dots = (line.lowerBound..<head).filter { reader.bytes[$0] == UInt8(ascii: ".") }
        guard dots.count >= 2 else { return nil }
        name = dots[dots.count - 2] + 1..<dots[dots.count - 1]
        value = type + 1..<line.upperBound
    }
}

extension TableWriter {
    /// The members that every field of `show stat json` and `show info json` has.
    mutating func writeJSONField(name: String, position: Int, process: Int, tags: String) {
        write(
            "\"field\":{\"pos\":\(position),\"name\":\(name.jsonQuoted)},\"processNum\":\(process),"
        )
        write("\"tags\":{\(FieldTags.json(tags))},")
    }

    /// The value, and the end of the field's object.
    mutating func writeJSONValue(_ value: String, _ type: String) {
        write("\"value\":{\"type\":\"\(type)\",\"value\":\(value)}}")
    }
}
