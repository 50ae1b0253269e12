import Desired
import Model
import Planning

extension Session {
    /// What a rollback is told on the command line.
    package struct RollbackOptions: Hashable, Sendable {
        package var fleet: String
        /// Commit, branch or tag; the revision confirmed before the present one when nil.
        package var revision: String?
        package var reason = ""
        package var timeout = Duration.seconds(120)

        package init(fleet: String) { self.fleet = fleet }
    }

    /// `apus rollback`: pins a fleet to a revision and brings it there; the controller does, if one runs.
    package func rollback(_ rolling: RollbackOptions) async throws -> CommandStatus {
        let name = try FleetName(rolling.fleet)
        guard !options.worktree else {
            console.fail("files on disk have no earlier revision; roll back a repository")
            return .error
        }
        let database = try openDatabase()
        let ref = try rolling.revision ?? former(of: name, database)
        let loaded = try await load(ref).loaded
        guard loaded.state?.fleets.contains(where: { $0.name == name }) == true else {
            console.fail("\(loaded.revision) declares no fleet \(name)")
            return .error
        }
        let pin = Pin(
            fleet: name,
            revision: loaded.revision,
            reason: rolling.reason,
            actor: options.actor
        )
        try database.pin(pin)
        var line = StyledText("Fleet \(name) is pinned to ")
        line.append(loaded.revision.description, .note)
        line.append(" until ")
        line.append("apus unpin \(name)", .strong)
        line.append(".")
        console.tell([line])
        var options = options
        options.ref = loaded.revision.commit
        options.selection = FleetSelection(fleets: [name.text])
        var applying = ApplyOptions()
        applying.yes = true
        applying.timeout = rolling.timeout
        let session = Session(
            options,
            console: console,
            transport: transport,
            clock: clock,
            now: now
        )
        return try await session.apply(applying)
    }

    /// The revision that was confirmed everywhere before what the fleet runs now.
    private func former(of fleet: FleetName, _ database: StateDatabase) throws -> String {
        let done = try database.history(of: fleet, limit: 1_000).filter { $0.result == .converged }
        let present = try database.status()?.status.fleets.first { $0.name == fleet }?.attempted
        let current = present ?? done.first?.revision
        guard let former = done.first(where: { $0.revision.tree != current?.tree }) else {
            console.fail("history knows no earlier revision of fleet \(fleet)\nname one with --to")
            throw Ended(.error)
        }
        return former.revision.commit
    }
}
