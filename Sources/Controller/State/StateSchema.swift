import GRDB

/// The tables of the state file; every change is a new migration, and old ones never change.
enum StateSchema {
    static var migrations: DatabaseMigrator {
        var migrations = DatabaseMigrator()
        migrations.registerMigration("1") { db in
            for table in [proxy, pass, application, operation, quarantine, orders, status] {
                try db.execute(sql: table)
            }
        }
        return migrations
    }

    /// What each proxy was given: from which revision to restore it, and what is ours to remove.
    private static let proxy = """
        CREATE TABLE proxy (
            fleet TEXT NOT NULL,
            proxy TEXT NOT NULL,
            pid INTEGER NOT NULL,
            start_time INTEGER NOT NULL,
            applied TEXT,
            attempted TEXT NOT NULL,
            PRIMARY KEY (fleet, proxy)
        ) STRICT, WITHOUT ROWID
        """

    private static let pass = """
        CREATE TABLE pass (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            fleet TEXT NOT NULL,
            revision TEXT NOT NULL,
            cause TEXT NOT NULL,
            actor TEXT NOT NULL,
            plan TEXT NOT NULL,
            summary TEXT NOT NULL,
            begun INTEGER NOT NULL,
            ended INTEGER,
            result TEXT,
            operations INTEGER NOT NULL DEFAULT 0,
            message TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX pass_of_fleet ON pass (fleet, id)
        """

    /// Written before the first operation is sent to the proxy.
    private static let application = """
        CREATE TABLE application (
            pass INTEGER NOT NULL REFERENCES pass ON DELETE CASCADE,
            proxy TEXT NOT NULL,
            pid INTEGER NOT NULL,
            start_time INTEGER NOT NULL,
            operations INTEGER NOT NULL,
            begun INTEGER NOT NULL,
            ended INTEGER,
            outcome TEXT,
            message TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (pass, proxy)
        ) STRICT, WITHOUT ROWID
        """

    /// `result` is NULL for what was done once the application has an end, and for what is not known before.
    private static let operation = """
        CREATE TABLE operation (
            pass INTEGER NOT NULL,
            proxy TEXT NOT NULL,
            step INTEGER NOT NULL,
            change TEXT NOT NULL,
            origin TEXT NOT NULL,
            result TEXT,
            PRIMARY KEY (pass, proxy, step),
            FOREIGN KEY (pass, proxy) REFERENCES application (pass, proxy) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID
        """

    /// Operations that a proxy rejected, not to be sent again before their input changes.
    private static let quarantine = """
        CREATE TABLE quarantine (
            fleet TEXT NOT NULL,
            proxy TEXT NOT NULL,
            operation TEXT NOT NULL,
            input TEXT NOT NULL,
            words TEXT NOT NULL,
            origin TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (fleet, proxy, operation)
        ) STRICT, WITHOUT ROWID
        """

    /// What people ordered: leave alone, stay at, allow.
    private static let orders = """
        CREATE TABLE suspension (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            fleet TEXT NOT NULL,
            proxy TEXT,
            backend TEXT,
            server TEXT,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER
        ) STRICT;
        CREATE TABLE pin (
            fleet TEXT NOT NULL PRIMARY KEY,
            revision TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE halt (
            fleet TEXT NOT NULL PRIMARY KEY,
            revision TEXT NOT NULL,
            message TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE acknowledgement (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            policy TEXT NOT NULL,
            plan TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX acknowledgement_of_plan ON acknowledgement (plan)
        """

    /// What the controller knew last, for `apus status`; `name` is `repository` or `fleet/NAME`.
    private static let status = """
        CREATE TABLE status (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL,
            updated INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """
}
