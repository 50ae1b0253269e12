import Desired
package import Fleet
import FoundationEssentials
import Model
import Planning

/// What every command shares: where to read, whom to tell, how to reach proxies.
package struct Session: Sendable {
    /// How a command prints its data: `-o`.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        case text, json
        /// One JSON value a line.
        case ndjson
        /// A comment under a pull request; of `plan` alone.
        case markdown
    }

    /// What the user asked for.
    package struct Options: Hashable, Sendable {
        package var repository = "."
        package var ref = "HEAD"
        package var worktree = false
        package var selection = FleetSelection()
        package var format = Format.text
        package var state: StateDirectory
        /// Absolute path of this program.
        package var executable: String
        package var takesOver = false
        /// `apus adopt`: give servers that others added our ids and marks.
        package var adopts = false
        /// Further folders of Git objects, e.g. those of a push that is not accepted yet.
        package var objects: [String] = []
        /// A repository or folder of policies that hold whatever the repository says.
        package var policies: String?
        /// Where relative paths of certificates' files begin; nil for a folder in the state folder.
        package var certificateFolder: String?
        package var fetchLimit = Duration.seconds(60)
        /// Who gives the order, as history and others name them.
        package var actor = "somebody"

        package init(state: StateDirectory, executable: String) {
            self.state = state
            self.executable = executable
        }
    }

    /// A command ends with this status; whatever there is to say has been said.
    package struct Ended: Error, Hashable {
        package let status: CommandStatus

        package init(_ status: CommandStatus) { self.status = status }
    }

    package let options: Options
    package let console: Console
    package let transport: any RuntimeTransport
    package let clock: any Clock<Duration>
    /// Milliseconds since 1970.
    package let now: @Sendable () -> Int
    let source: RepositorySource
    private let memory = ObservationMemory()
    /// Files of certificates, read once for as long as they stay the same.
    let certificates: any CertificateSource

    package init(
        _ options: Options,
        console: Console,
        transport: any RuntimeTransport,
        clock: any Clock<Duration>,
        now: @escaping @Sendable () -> Int
    ) {
        self.options = options
        self.console = console
        self.transport = transport
        self.clock = clock
        self.now = now
        certificates = StoredCertificates(
            folder: options.certificateFolder ?? options.state.certificateFiles,
            store: options.state.certificateStore,
            now: now
        )
        source = RepositorySource(
            options.repository,
            worktree: options.worktree,
            state: options.state,
            executable: options.executable,
            objects: options.objects
        )
        .under(
            policiesOf: options.policies,
            state: options.state,
            executable: options.executable
        )
    }

    var reconciliation: Reconciliation {
        Reconciliation(
            transport: transport,
            clock: clock,
            memory: memory,
            certificates: certificates
        )
    }

    /// Runs a command; errors are told, and every end becomes a status.
    package func run(_ command: (Session) async throws -> CommandStatus) async -> CommandStatus {
        do {
            return try await command(self)
        } catch let ended as Ended {
            return ended.status
        } catch let lock as FleetLock.Unavailable {
            console.fail(lock.description)
            return lock.isHeld ? .locked : .error
        } catch let error as GitError {
            console.fail(error.advice.isEmpty ? error.message : "\(error.message)\n\(error.advice)")
            return .error
        } catch {
            console.fail("\(error)")
            return .error
        }
    }

    /// Reads a revision and tells every diagnostic; ends the command when one is an error.
    func load(_ ref: String) async throws -> (state: DesiredState, loaded: LoadedState) {
        let loaded = try await read(ref)
        console.tell(DiagnosticReport(loaded, columns: console.columns).lines)
        guard let state = loaded.state else { throw Ended(.error) }
        return (state, loaded)
    }

    /// Reads a revision, mistakes and all.
    func read(_ ref: String) async throws -> LoadedState {
        try await source.fetch(within: options.fetchLimit, clock: clock)
        return try await source.load(try await source.resolve(ref)).withPoliciesChecked
    }

    /// The selected fleets of the revision that the options name.
    func selectedFleets() async throws -> (fleets: [DesiredFleet], revision: Revision) {
        let (state, loaded) = try await load(options.ref)
        let fleets = try options.selection.apply(to: state)
        if fleets.isEmpty {
            console.fail("\(source.name) declares no fleet, so there is nobody to change")
            throw Ended(.error)
        }
        return (fleets, loaded.revision)
    }

    /// The state file, created where it is missing.
    func openDatabase() throws(StateDatabase.Unavailable) -> StateDatabase {
        try StateDatabase(in: options.state, now: now)
    }

    /// What the proxies of a fleet were given; nothing is created for who only looks.
    func ledger(of fleet: FleetName) throws(StateDatabase.Unavailable) -> Ledger {
        guard FileManager.default.fileExists(atPath: options.state.databaseFile) else {
            return Ledger()
        }
        return try openDatabase().ledger(of: fleet)
    }

    /// What to do with a fleet, knowing what it was given before.
    func goal(_ fleet: DesiredFleet, _ revision: Revision) async throws -> Reconciliation.Goal {
        let (name, source) = (fleet.name, source)
        var history = DeclarationHistory { await source.former(name, at: $0) }
        let ledger = try ledger(of: fleet.name)
        history.remember(fleet, revision, ledger)
        let wanted = await fleet.resolved(from: certificates)
        var goal = Reconciliation.Goal(wanted, revision: revision)
        goal.previous = await history.declared(on: fleet.proxies, ledger)
        goal.takesOver = options.takesOver
        goal.adopts = options.adopts
        goal.applied = await history.applied(on: fleet.proxies, ledger)
        if FileManager.default.fileExists(atPath: options.state.databaseFile) {
            goal.suspensions = try openDatabase().suspensions(of: fleet.name)
        }
        return goal
    }

    /// Writes a value as JSON to the data stream.
    func show(json value: some Encodable) throws { console.out(try json(value) + "\n") }

    /// A value as people and tools like to read it.
    func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
