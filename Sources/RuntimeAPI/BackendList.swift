/// `show backend`: the names of the backends.
package struct BackendList: Hashable, Sendable {
    package var names: [String]

    package init(names: [String] = []) { self.names = names }

    /// Reads what follows `# name`.
    package static func parse(_ text: String) throws(TableError) -> Self {
        var reader = TableReader(text, of: "show backend")
        guard try reader.header() == ["name"] else {
            throw reader.error("the header is not `# name`")
        }
        var names: [String] = []
        while let line = reader.nextFilledLine() { names.append(reader.string(line)) }
        return Self(names: names)
    }

    /// What HAProxy prints.
    package var text: String { "# name\n" + names.map { "\($0)\n" }.joined() }
}
