import GRDB
package import Model

/// Everything people ordered that holds now.
package struct Orders: Hashable, Sendable, Codable {
    package var suspensions: [Suspension] = []
    package var pins: [Pin] = []
    package var halts: [Halt] = []

    package init() {}
}

extension StateDatabase {
    /// What holds now.
    package func orders() throws(Unavailable) -> Orders {
        var orders = Orders()
        orders.suspensions = try suspensions()
        orders.pins = try pins()
        let fleets = try read { db in
            try String.fetchAll(db, sql: "SELECT fleet FROM halt ORDER BY fleet")
        }
        for fleet in fleets {
            if let name = try? FleetName(fleet), let halt = try halt(of: name) {
                orders.halts.append(halt)
            }
        }
        return orders
    }

    /// Writes a suspension; its id.
    @discardableResult
    package func suspend(_ suspension: Suspension) throws(Unavailable) -> Int {
        let now = now()
        let scope = suspension.scope
        return try write { db in
            try db.execute(
                sql: """
                    INSERT INTO suspension
                    (fleet, proxy, backend, server, reason, actor, created, expires)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    scope.fleet.text, scope.proxy?.text, scope.backend?.text, scope.server?.text,
                    suspension.reason, suspension.actor, now, suspension.expires,
                ]
            )
            return Int(db.lastInsertedRowID)
        }
    }

    /// Ends the suspensions of exactly this scope; how many there were.
    package func resume(_ scope: Suspension.Scope) throws(Unavailable) -> Int {
        let now = now()
        return try write { db in
            try db.execute(
                sql: """
                    UPDATE suspension SET expires = ?1 WHERE fleet = ?2 AND proxy IS ?3
                    AND backend IS ?4 AND server IS ?5 AND (expires IS NULL OR expires > ?1)
                    """,
                arguments: [
                    now, scope.fleet.text, scope.proxy?.text, scope.backend?.text,
                    scope.server?.text,
                ]
            )
            return db.changesCount
        }
    }

    /// Suspensions that hold now, oldest first; of one fleet or of all.
    package func suspensions(of fleet: FleetName? = nil) throws(Unavailable) -> [Suspension] {
        let now = now()
        return try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM suspension WHERE (:fleet IS NULL OR fleet = :fleet)
                    AND (expires IS NULL OR expires > :now) ORDER BY id
                    """,
                arguments: ["fleet": fleet?.text, "now": now]
            ).map(Suspension.init)
        }
    }

    /// Keeps a fleet at a revision; replaces an earlier pin.
    package func pin(_ pin: Pin) throws(Unavailable) {
        let now = now()
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO pin VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    pin.fleet.text, try Self.encoded(pin.revision), pin.reason, pin.actor, now,
                ]
            )
        }
    }

    /// Lets a fleet follow the repository again; false when it was not pinned.
    package func unpin(_ fleet: FleetName) throws(Unavailable) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM pin WHERE fleet = ?", arguments: [fleet.text])
            return db.changesCount > 0
        }
    }

    /// Every pin, by fleet.
    package func pins() throws(Unavailable) -> [Pin] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM pin ORDER BY fleet").map { row in
                var pin = Pin(
                    fleet: try FleetName(row["fleet"]),
                    revision: try Self.decoded(row["revision"]),
                    reason: row["reason"],
                    actor: row["actor"]
                )
                pin.created = row["created"]
                return pin
            }
        }
    }

    /// Remembers that a revision was stopped.
    package func halt(_ halt: Halt) throws(Unavailable) {
        let now = now()
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO halt VALUES (?, ?, ?, ?)",
                arguments: [
                    halt.fleet.text, try Self.encoded(halt.revision), halt.message, now,
                ]
            )
        }
    }

    /// Lets a stopped revision be tried again; false when none was stopped.
    @discardableResult
    package func endHalt(of fleet: FleetName) throws(Unavailable) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM halt WHERE fleet = ?", arguments: [fleet.text])
            return db.changesCount > 0
        }
    }

    /// The revision of a fleet that was stopped, if one was.
    package func halt(of fleet: FleetName) throws(Unavailable) -> Halt? {
        try read { db in
            try Row.fetchOne(
                db,
                sql: "SELECT * FROM halt WHERE fleet = ?",
                arguments: [fleet.text]
            ).map { row in
                var halt = Halt(
                    fleet: fleet,
                    revision: try Self.decoded(row["revision"]),
                    message: row["message"]
                )
                halt.created = row["created"]
                return halt
            }
        }
    }

    /// Writes an acknowledgement; its id.
    @discardableResult
    package func acknowledge(_ acknowledgement: Acknowledgement) throws(Unavailable) -> Int {
        let now = now()
        let gone = now - retention.afterExpiry
        return try write { db in
            for table in ["acknowledgement", "suspension"] {
                try db.execute(
                    sql: "DELETE FROM \(table) WHERE expires < ?",
                    arguments: [gone]
                )
            }
            try db.execute(
                sql: """
                    INSERT INTO acknowledgement (policy, plan, reason, actor, created, expires)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    acknowledgement.policy, acknowledgement.plan, acknowledgement.reason,
                    acknowledgement.actor, now, acknowledgement.expires,
                ]
            )
            return Int(db.lastInsertedRowID)
        }
    }

    /// Acknowledgements bound to a plan that hold now, oldest first.
    package func acknowledgements(ofPlan digest: String) throws(Unavailable) -> [Acknowledgement] {
        let now = now()
        return try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM acknowledgement WHERE plan = ? AND expires > ? ORDER BY id",
                arguments: [digest, now]
            ).map { row in
                var found = Acknowledgement(
                    policy: row["policy"],
                    plan: row["plan"],
                    reason: row["reason"],
                    actor: row["actor"],
                    expires: row["expires"]
                )
                found.id = row["id"]
                found.created = row["created"]
                return found
            }
        }
    }
}

extension Suspension {
    fileprivate init(_ row: Row) throws {
        let (proxy, backend, server): (String?, String?, String?) = (
            row["proxy"], row["backend"], row["server"]
        )
        let scope = Scope(
            fleet: try FleetName(row["fleet"]),
            proxy: try proxy.map { try ProxyName($0) },
            backend: try backend.map { try BackendName($0) },
            server: try server.map { try ServerName($0) }
        )
        self.init(scope, reason: row["reason"], actor: row["actor"], expires: row["expires"])
        id = row["id"]
        created = row["created"]
    }
}
