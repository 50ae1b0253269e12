import FoundationEssentials
import GRDB
package import Model

extension StateDatabase {
    /// What the proxies of a fleet were given.
    package func ledger(of fleet: FleetName) throws(Unavailable) -> Ledger {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT proxy, pid, start_time, applied, attempted FROM proxy WHERE fleet = ?",
                arguments: [fleet.text]
            )
            var ledger = Ledger()
            for row in rows {
                let process = Incarnation(pid: row["pid"], startTime: row["start_time"])
                var entry = Ledger.Entry(incarnation: process)
                let applied: String? = row["applied"]
                entry.applied = try applied.map { try Self.decoded($0) }
                entry.attempted = try Self.decoded(row["attempted"])
                ledger.restore(entry, of: row["proxy"])
            }
            return ledger
        }
    }

    /// Writes the lines of a ledger that differ from an earlier one.
    package func save(
        _ ledger: Ledger,
        of fleet: FleetName,
        since old: Ledger = Ledger()
    ) throws(Unavailable) {
        let changed = ledger.proxies.filter { old.proxies[$0.key] != $0.value }
            .sorted { $0.key < $1.key }
        guard !changed.isEmpty else { return }
        try write { db in
            for (proxy, entry) in changed {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO proxy VALUES (?, ?, ?, ?, ?, ?)",
                    arguments: [
                        fleet.text, proxy, entry.incarnation.pid, entry.incarnation.startTime,
                        try entry.applied.map(Self.encoded), try Self.encoded(entry.attempted),
                    ]
                )
            }
        }
    }

    static func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decoded<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}
