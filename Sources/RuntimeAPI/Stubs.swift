extension ServerStateTable {
    /// Reads a table by the names in its header.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy prints.
    package var text: String { "" }
}
extension ServerConnTable {
    /// Reads a table by the names in its header.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy prints.
    package var text: String { "" }
}
extension StatTable {
    /// Reads any format, which its first bytes tell; keeps only `fields`.
    package static func parse(
        _ text: String, keeping fields: Set<StatField> = Set(StatField.allCases)
    ) throws(TableError) -> Self { Self() }
    /// What HAProxy 3.0 prints.
    package func text(_ format: OutputFormat) -> String { "" }
}
extension InfoTable {
    /// Reads any format, which its first bytes tell.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy 3.0 prints.
    package func text(_ format: OutputFormat) -> String { "" }
}
extension BackendList {
    /// Reads `show backend`.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy prints.
    package var text: String { "" }
}
extension MapList {
    /// Reads `show map`.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy prints.
    package var text: String { "" }
}
extension MapDump {
    /// Reads `show map NAME`.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy prints.
    package var text: String { "" }
}
extension StatsFile {
    /// Reads `dump stats-file`.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// What HAProxy prints.
    package var text: String { "" }
}
extension ServerConfigTable {
    /// Reads `show servers config`.
    package static func parse(_ text: String) throws(TableError) -> Self { Self() }
    /// One header line, then one line a server.
    package var text: String { "" }
}
