import GRDB
package import Model

extension StateDatabase {
    /// What the proxies of a fleet rejected.
    package func quarantine(of fleet: FleetName) throws(Unavailable) -> Quarantine {
        try read { db in
            var quarantine = Quarantine()
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT * FROM quarantine WHERE fleet = ?",
                arguments: [fleet.text]
            )
            for row in rows {
                quarantine.add(
                    Quarantine.Entry(
                        proxy: try ProxyName(row["proxy"]),
                        operation: row["operation"],
                        input: row["input"],
                        words: row["words"],
                        origin: row["origin"]
                    )
                )
            }
            return quarantine
        }
    }

    /// Writes what the proxies of a fleet rejected, replacing what was written; at most 1,000 operations.
    package func save(_ quarantine: Quarantine, of fleet: FleetName) throws(Unavailable) {
        let now = now()
        try write { db in
            try db.execute(sql: "DELETE FROM quarantine WHERE fleet = ?", arguments: [fleet.text])
            for entry in quarantine.entries.prefix(1_000) {
                try db.execute(
                    sql: "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        fleet.text, entry.proxy.text, entry.operation, entry.input, entry.words,
                        entry.origin, now,
                    ]
                )
            }
        }
    }
}
