/// `show servers config` (ours): what was said of each server when it was declared or added.
///
/// A line `# bkname/svname svid addr arguments…`, then one line a server.
package struct ServerConfigTable: Hashable, Sendable {
    package var rows: [ServerConfigRow]

    package init(rows: [ServerConfigRow] = []) { self.rows = rows }
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
