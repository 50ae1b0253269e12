import GRDB
package import Model

extension StateDatabase {
    /// Writes what is known of one fleet.
    package func save(_ fleet: Status.Fleet) throws(Unavailable) {
        try save(fleet, as: "fleet/\(fleet.name)")
    }

    /// Writes what is known of the repository; its fleets are written one by one.
    package func save(_ status: Status) throws(Unavailable) {
        var status = status
        status.fleets = []
        try save(status, as: "repository")
    }

    private func save(_ value: some Encodable, as name: String) throws(Unavailable) {
        let now = now()
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO status VALUES (?, ?, ?)",
                arguments: [name, try Self.encoded(value), now]
            )
        }
    }

    /// What the controller knew last and when it wrote that; nil before its first pass.
    package func status() throws(Unavailable) -> (status: Status, updated: Int)? {
        try read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM status ORDER BY name")
            var found: Status?
            var fleets: [Status.Fleet] = []
            var updated = 0
            for row in rows {
                let name: String = row["name"]
                updated = max(updated, row["updated"])
                if name == "repository" {
                    found = try? Self.decoded(row["value"])
                } else if let fleet: Status.Fleet = try? Self.decoded(row["value"]) {
                    fleets.append(fleet)
                }
            }
            guard var found else { return nil }
            found.fleets = fleets
            return (found, updated)
        }
    }

    /// Forgets fleets that are no longer declared.
    package func forgetStatus(except fleets: [FleetName]) throws(Unavailable) {
        let kept = Set(fleets.map { "fleet/\($0)" })
        try write { db in
            let names = try String.fetchAll(
                db,
                sql: "SELECT name FROM status WHERE name LIKE 'fleet/%'"
            )
            for name in names where !kept.contains(name) {
                try db.execute(sql: "DELETE FROM status WHERE name = ?", arguments: [name])
            }
        }
    }
}
