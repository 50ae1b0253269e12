package import Model

/// `show info`: the process, as names and values in the proxy's order.
package struct InfoTable: Hashable, Sendable {
    package var entries: [InfoEntry]

    package init(entries: [InfoEntry] = []) { self.entries = entries }

    /// The value of a field, by HAProxy's name of it.
    package subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

    /// Tells one life of the process from another; nil without a pid.
    package var incarnation: Incarnation? {
        guard let pid = self["Pid"].flatMap({ Int($0) }) else { return nil }
        return Incarnation(pid: pid, startTime: self["Start_time_sec"].flatMap { Int($0) } ?? 0)
    }

    package var version: ProxyVersion? { self["Version"].flatMap { ProxyVersion(parsing: $0) } }

    /// An old worker that only finishes what it has.
    package var isStopping: Bool { self["Stopping"].map { $0 != "0" } ?? false }

    /// Reads any format, which its first bytes tell.
    package static func parse(_ text: String) throws(TableError) -> Self {
        if text.utf8.first == UInt8(ascii: "[") { return try parseJSON(text) }
        var reader = TableReader(text, of: "show info")
        let isTyped = text.utf8.first.map { (48...57).contains($0) } ?? false
        var table = Self()
        while let line = reader.nextFilledLine() {
            if isTyped {
                guard let cell = TypedCell(line, reader) else {
                    throw reader.error("no `POSITION.NAME.PROCESS:TAGS:TYPE:VALUE`")
                }
                table.entries.append(InfoEntry(reader.string(cell.name), reader.string(cell.value)))
            } else {
                guard let colon = reader.firstIndex(of: UInt8(ascii: ":"), in: line) else {
                    throw reader.error("no `Name: value`")
                }
                let value = min(colon + 2, line.upperBound)..<line.upperBound
                let name = reader.string(line.lowerBound..<colon)
                table.entries.append(InfoEntry(name, reader.string(value)))
            }
        }
        guard !table.entries.isEmpty else { throw reader.error("nothing in it") }
        return table
    }

    private static func parseJSON(_ text: String) throws(TableError) -> Self {
        let command = "show info json"
        var reader = JSONReader(text, of: command)
        guard let cells = try reader.document().array else {
            throw TableError(command, line: 1, reason: "not an array")
        }
        var table = Self()
        for cell in cells {
            guard let name = cell["field"]?["name"]?.text, let value = cell["value"]?["value"],
                let text = value.text ?? value.number.map({ String($0) })
            else { throw TableError(command, line: 1, reason: "a field without name or value") }
            table.entries.append(InfoEntry(name, text))
        }
        return table
    }

    /// What HAProxy 3.0 prints.
    package func text(_ format: OutputFormat) -> String {
        switch format {
        case .plain: entries.map { "\($0.name): \($0.value)\n" }.joined()
        case .typed: entries.map { $0.field.typed($0.value) }.joined()
        case .json: "[" + entries.map { $0.field.json($0.value) }.joined(separator: ",") + "]\n"
        }
    }
}

/// One line of `show info`.
package struct InfoEntry: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// What the formats say of it; fields that HAProxy does not have are texts after all others.
    fileprivate var field: InfoField {
        InfoField.byName[name]
            ?? InfoField(name: name, position: InfoField.table.count, tags: "POS", type: "str")
    }
}

extension InfoField {
    fileprivate func typed(_ value: String) -> String {
        "\(position).\(name).1:\(tags):\(type):\(value)\n"
    }

    fileprivate func json(_ value: String) -> String {
        var writer = TableWriter()
        writer.write("{")
        writer.writeJSONField(name: name, position: position, process: 1, tags: tags)
        writer.writeJSONValue(type == "str" ? value.jsonQuoted : value, type)
        return writer.text
    }
}
