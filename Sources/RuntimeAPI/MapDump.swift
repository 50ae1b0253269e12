/// `show map NAME`: the entries of one version of a map, in order.
package struct MapDump: Hashable, Sendable {
    package var rows: [MapDumpRow]

    package init(rows: [MapDumpRow] = []) { self.rows = rows }
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
}
