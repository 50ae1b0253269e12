import FoundationEssentials
import GRDB
import Synchronization

/// What must outlive a process: ledger, history, suspensions, pins, acknowledgements; one SQLite file.
///
/// Write-ahead log with `synchronous = FULL`: what was written before an operation is sent is on disk when
/// the power fails. Several processes may open it; each write is one transaction. Times are milliseconds
/// since 1970 (UTC).
package final class StateDatabase: Sendable {
    /// The file cannot be read or written; says why and what to do.
    package struct Unavailable: Error, Hashable, CustomStringConvertible {
        package let description: String
        /// No room on the disk: whatever is only being read still can be.
        package let isFull: Bool
    }

    /// How much is kept; what is older goes with the next pass.
    package struct Retention: Hashable, Sendable {
        /// Passes of one fleet.
        package var passes = 1_000
        /// Operations of one pass that are kept one by one; a larger pass keeps its proxies only.
        package var operations = 10_000
        /// Suspensions and acknowledgements after their end, in milliseconds.
        package var afterExpiry = 30 * 86_400_000

        package init() {}
    }

    package let retention: Retention
    /// Milliseconds since 1970.
    let now: @Sendable () -> Int
    private let writer: any DatabaseWriter
    private let place: String
    private let isCut = Mutex(false)

    /// Opens the file in the folder, creating and migrating it as needed.
    package convenience init(
        in directory: StateDirectory,
        retention: Retention = Retention(),
        now: @escaping @Sendable () -> Int
    ) throws(Unavailable) {
        let path = directory.databaseFile
        do {
            try directory.create()
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try self.init(pool, place: path, retention: retention, now: now)
        } catch let error as Unavailable {
            throw error
        } catch {
            throw Unavailable(error, opening: path)
        }
    }

    /// A database without a file, for tests and simulations.
    package convenience init(
        inMemory name: String,
        retention: Retention = Retention(),
        now: @escaping @Sendable () -> Int
    ) throws(Unavailable) {
        do {
            let queue = try DatabaseQueue(configuration: Self.configuration)
            try self.init(queue, place: name, retention: retention, now: now)
        } catch let error as Unavailable {
            throw error
        } catch {
            throw Unavailable(error, opening: name)
        }
    }

    private init(
        _ writer: any DatabaseWriter,
        place: String,
        retention: Retention,
        now: @escaping @Sendable () -> Int
    ) throws {
        self.writer = writer
        self.place = place
        self.retention = retention
        self.now = now
        let migrations = StateSchema.migrations
        if try writer.read(migrations.hasBeenSuperseded) {
            throw Unavailable(
                description:
                    "\(place) was written by a newer apus; use that one, or another --state-dir",
                isFull: false
            )
        }
        try migrations.migrate(writer)
    }

    private static var configuration: GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "apus state"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
        }
        return configuration
    }

    /// Reads a consistent state.
    func read<Value>(_ body: (Database) throws -> Value) throws(Unavailable) -> Value {
        do {
            return try writer.read(body)
        } catch {
            throw Unavailable(error, tried: "read", place: place)
        }
    }

    /// Runs one transaction: all of it is on disk afterwards, or nothing.
    func write<Value>(_ body: (Database) throws -> Value) throws(Unavailable) -> Value {
        guard !isCut.withLock({ $0 }) else {
            throw Unavailable(description: "the process was killed", isFull: false)
        }
        do {
            return try writer.write(body)
        } catch {
            throw Unavailable(error, tried: "written", place: place)
        }
    }

    /// The same file as another process sees it.
    package func shared() throws(Unavailable) -> StateDatabase {
        do {
            return try StateDatabase(writer, place: place, retention: retention, now: now)
        } catch {
            throw Unavailable(error, opening: place)
        }
    }

    /// Writes nothing more, as a process that was killed.
    package func cut() { isCut.withLock { $0 = true } }

    /// Lets the file grow no more, as a full disk would.
    package func fill() throws(Unavailable) {
        try write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 1
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    /// Lets the file grow again.
    package func makeRoom() throws(Unavailable) {
        try write { db in try db.execute(sql: "PRAGMA max_page_count = 1073741823") }
    }
}

extension StateDatabase.Unavailable {
    fileprivate init(_ error: any Error, opening place: String) {
        self.init(error, tried: "opened", place: place)
    }

    fileprivate init(_ error: any Error, tried: String, place: String) {
        let code = (error as? DatabaseError)?.resultCode
        isFull = code == .SQLITE_FULL
        let (why, advice) =
            switch code {
            case .SQLITE_FULL?: ("the disk is full", "make room; nothing is changed without it")
            case .SQLITE_BUSY?: ("another apus keeps it locked", "try again")
            case .SQLITE_CORRUPT?, .SQLITE_NOTADB?:
                (
                    "it is damaged",
                    "restore it, or move it away: suspensions and pins in it are lost then"
                )
            case .SQLITE_READONLY?, .SQLITE_CANTOPEN?, .SQLITE_PERM?:
                ("permission denied or no such folder", "choose another folder with --state-dir")
            default: ((error as? DatabaseError)?.message ?? "\(error)", "see its folder")
            }
        description = "the state file \(place) cannot be \(tried): \(why); \(advice)"
    }
}
