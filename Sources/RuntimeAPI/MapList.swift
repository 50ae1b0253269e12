/// `show map`: which maps there are and how large they are.
package struct MapList: Hashable, Sendable {
    package var rows: [MapListRow]

    package init(rows: [MapListRow] = []) { self.rows = rows }
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
}
