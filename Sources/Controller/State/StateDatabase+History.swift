import GRDB
package import Model
package import Planning

extension StateDatabase {
    /// Writes that a pass begins; its id.
    package func begin(_ pass: PassRecord) throws(Unavailable) -> Int {
        let (kept, now) = (retention.passes, now())
        return try write { db in
            try db.execute(
                sql: """
                    DELETE FROM pass WHERE fleet = :fleet AND id <= (
                        SELECT id FROM pass WHERE fleet = :fleet ORDER BY id DESC LIMIT 1 OFFSET :kept
                    )
                    """,
                arguments: ["fleet": pass.fleet.text, "kept": kept - 1]
            )
            try db.execute(
                sql: """
                    INSERT INTO pass (fleet, revision, cause, actor, plan, summary, begun)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    pass.fleet.text, try Self.encoded(pass.revision), pass.cause.rawValue,
                    pass.actor, pass.plan, pass.summary, now,
                ]
            )
            return Int(db.lastInsertedRowID)
        }
    }

    /// Writes what is about to be sent to these proxies, before the first byte is.
    package func begin(_ proxies: [ProxyPlan], of pass: Int) throws(Unavailable) {
        let (limit, now) = (retention.operations, now())
        try write { db in
            var room =
                limit
                - (try Int.fetchOne(
                    db,
                    sql: "SELECT COUNT(*) FROM operation WHERE pass = ?",
                    arguments: [pass]
                ) ?? 0)
            let operation = try db.makeStatement(
                sql: "INSERT OR REPLACE INTO operation VALUES (?, ?, ?, ?, ?, NULL)"
            )
            for proxy in proxies {
                try db.execute(
                    sql: """
                        INSERT OR REPLACE INTO application
                        (pass, proxy, pid, start_time, operations, begun) VALUES (?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        pass, proxy.proxy.text, proxy.incarnation.pid, proxy.incarnation.startTime,
                        proxy.steps.count, now,
                    ]
                )
                guard proxy.steps.count <= room else { continue }
                room -= proxy.steps.count
                for step in proxy.steps {
                    try operation.execute(arguments: [
                        pass, proxy.proxy.text, step.id, try Self.encoded(step.change),
                        step.origin.description,
                    ])
                }
            }
        }
    }

    /// What became of one proxy.
    package struct Ending: Hashable, Sendable {
        package let proxy: ProxyName
        package let outcome: ProxyOutcome
        /// By step; those that were done are left out.
        package let open: [Int: String]

        package init(proxy: ProxyName, outcome: ProxyOutcome, open: [Int: String]) {
            self.proxy = proxy
            self.outcome = outcome
            self.open = open
        }
    }

    /// Writes what became of proxies.
    package func end(_ endings: [Ending], of pass: Int) throws(Unavailable) {
        guard !endings.isEmpty else { return }
        let now = now()
        try write { db in
            for ending in endings {
                try db.execute(
                    sql: """
                        UPDATE application SET ended = ?, outcome = ?, message = ?
                        WHERE pass = ? AND proxy = ?
                        """,
                    arguments: [
                        now, ending.outcome.label, ending.outcome.message, pass, ending.proxy.text,
                    ]
                )
                for (step, result) in ending.open.sorted(by: { $0.key < $1.key }) {
                    try db.execute(
                        sql:
                            "UPDATE operation SET result = ? WHERE pass = ? AND proxy = ? AND step = ?",
                        arguments: [result, pass, ending.proxy.text, step]
                    )
                }
            }
        }
    }

    /// Writes how a pass ended.
    package func end(
        _ pass: Int,
        _ result: PassRecord.Result,
        operations: Int = 0,
        message: String = ""
    ) throws(Unavailable) {
        let now = now()
        try write { db in
            try db.execute(
                sql: """
                    UPDATE pass SET ended = ?, result = ?, operations = ?, message = ? WHERE id = ?
                    """,
                arguments: [now, result.rawValue, operations, message, pass]
            )
        }
    }

    /// Ends the passes that a dead process left open; the proxies of which something may have been sent.
    ///
    /// To be called by whoever holds the fleet's lock: nobody else can have a pass under way then.
    package func recover(_ fleet: FleetName) throws(Unavailable) -> [ProxyName] {
        let open = try read { db in
            try Int.fetchAll(
                db,
                sql: "SELECT id FROM pass WHERE fleet = ? AND ended IS NULL",
                arguments: [fleet.text]
            )
        }
        guard !open.isEmpty else { return [] }
        let now = now()
        return try write { db in
            var proxies: Set<ProxyName> = []
            for pass in open {
                let names = try String.fetchAll(
                    db,
                    sql: "SELECT proxy FROM application WHERE pass = ? AND ended IS NULL",
                    arguments: [pass]
                )
                proxies.formUnion(try names.map { try ProxyName($0) })
                try db.execute(
                    sql: """
                        UPDATE application SET ended = ?, outcome = 'unknown',
                        message = 'apus died meanwhile' WHERE pass = ? AND ended IS NULL
                        """,
                    arguments: [now, pass]
                )
                try db.execute(
                    sql: "UPDATE pass SET ended = ?, result = 'interrupted' WHERE id = ?",
                    arguments: [now, pass]
                )
            }
            return proxies.sorted()
        }
    }

    /// Passes, newest first; of one fleet or of all.
    package func history(of fleet: FleetName? = nil, limit: Int) throws(Unavailable) -> [PassRecord]
    {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM pass WHERE :fleet IS NULL OR fleet = :fleet
                    ORDER BY id DESC LIMIT :limit
                    """,
                arguments: ["fleet": fleet?.text, "limit": limit]
            )
            return try rows.map(PassRecord.init)
        }
    }

    /// What a pass asked of its proxies.
    package func applications(of pass: Int) throws(Unavailable) -> [PassRecord.Application] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM application WHERE pass = ? ORDER BY proxy",
                arguments: [pass]
            ).map { row in
                PassRecord.Application(
                    proxy: try ProxyName(row["proxy"]),
                    operations: row["operations"],
                    begun: row["begun"],
                    ended: row["ended"],
                    outcome: row["outcome"],
                    message: row["message"]
                )
            }
        }
    }

    /// The operations of a pass one by one, in the order of the plan; empty for a pass too large to keep.
    package func operations(of pass: Int) throws(Unavailable) -> [PassRecord.Operation] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: "SELECT * FROM operation WHERE pass = ? ORDER BY proxy, step",
                arguments: [pass]
            ).map { row in
                PassRecord.Operation(
                    proxy: try ProxyName(row["proxy"]),
                    step: row["step"],
                    change: row["change"],
                    origin: row["origin"],
                    result: row["result"]
                )
            }
        }
    }
}

extension PassRecord {
    fileprivate init(_ row: Row) throws {
        self.init(
            fleet: try FleetName(row["fleet"]),
            revision: try StateDatabase.decoded(row["revision"]),
            cause: Cause(rawValue: row["cause"]) ?? .revision,
            actor: row["actor"]
        )
        id = row["id"]
        plan = row["plan"]
        summary = row["summary"]
        begun = row["begun"]
        ended = row["ended"]
        let text: String? = row["result"]
        result = text.flatMap(Result.init)
        operations = row["operations"]
        message = row["message"]
    }
}
