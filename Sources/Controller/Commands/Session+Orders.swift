import Desired
import FoundationEssentials
import Model
import Planning

extension Session {
    /// What a suspension is told on the command line.
    package struct SuspendOptions: Hashable, Sendable {
        package var fleet: String
        package var proxy: String?
        package var backend: String?
        /// `BACKEND/SERVER`.
        package var server: String?
        package var reason = ""
        /// Until somebody resumes it when nil.
        package var duration: Duration?

        package init(fleet: String) { self.fleet = fleet }
    }

    /// `apus suspend`: leaves something alone until its time is up or somebody resumes it.
    package func suspend(_ suspending: SuspendOptions) async throws -> CommandStatus {
        let scope = try scope(suspending)
        try requireKnown(scope)
        let expires = suspending.duration.map { now() + Int($0.inSeconds * 1000) }
        let database = try openDatabase()
        let suspension = Suspension(
            scope,
            reason: suspending.reason,
            actor: options.actor,
            expires: expires
        )
        try database.suspend(suspension)
        let end = expires.map { "until \(WallTime($0))" } ?? "until `apus resume`"
        console.tell("Suspended \(scope) \(end).")
        if scope.backend == nil {
            console.tell("A proxy that restarts is still given what it had.", .faint)
        }
        try await tellController(database)
        return .ok
    }

    /// Ends the command when its fleet or proxy is none that was ever seen here; a typing error protects nothing.
    private func requireKnown(_ scope: Suspension.Scope) throws {
        guard let fleets = try openDatabase().status()?.status.fleets, !fleets.isEmpty else {
            return
        }
        guard let fleet = fleets.first(where: { $0.name == scope.fleet }) else {
            let names = fleets.map(\.name.text).sorted().joined(separator: ", ")
            console.fail("no fleet \(scope.fleet) is known here; there are: \(names)")
            throw Ended(.error)
        }
        guard let proxy = scope.proxy, !fleet.proxies.isEmpty,
            !fleet.proxies.contains(where: { $0.name == proxy })
        else { return }
        let names = fleet.proxies.map(\.name.text).sorted().joined(separator: ", ")
        console.fail("fleet \(scope.fleet) has no proxy \(proxy); it has: \(names)")
        throw Ended(.error)
    }

    /// `apus resume`: ends a suspension; of a whole fleet also a halt, and forgets what proxies rejected.
    package func resume(_ suspending: SuspendOptions) async throws -> CommandStatus {
        let scope = try scope(suspending)
        let database = try openDatabase()
        let ended = try database.resume(scope)
        var said: [String] = []
        if ended > 0 { said.append("Resumed \(scope).") }
        if scope.proxy == nil, scope.backend == nil {
            if let halt = try database.halt(of: scope.fleet) {
                try database.endHalt(of: scope.fleet)
                said.append("\(halt.revision) is tried again; it was halted: \(halt.message)")
            }
            let quarantine = try database.quarantine(of: scope.fleet)
            if !quarantine.isEmpty {
                try database.save(Quarantine(), of: scope.fleet)
                let number = quarantine.entries.count
                said.append("\(count(number, "rejected operation")) will be sent again.")
            }
        }
        guard !said.isEmpty else {
            console.fail("\(scope) is not suspended; `apus status` shows what is")
            return .error
        }
        for line in said { console.tell(line) }
        try await tellController(database)
        return .ok
    }

    /// `apus unpin`: the fleet follows the repository again.
    package func unpin(_ fleet: String) async throws -> CommandStatus {
        let name = try FleetName(fleet)
        let database = try openDatabase()
        guard try database.unpin(name) else {
            console.fail("fleet \(name) is not pinned")
            return .error
        }
        console.tell("Fleet \(name) follows the repository again.")
        try await tellController(database)
        return .ok
    }

    /// An order is heeded at once by a controller that listens, and with its next look by any other.
    private func tellController(_ database: StateDatabase) async throws {
        _ = try await notifyController(database)
    }

    private func scope(_ suspending: SuspendOptions) throws -> Suspension.Scope {
        var scope = Suspension.Scope(fleet: try FleetName(suspending.fleet))
        scope.proxy = try suspending.proxy.map { try ProxyName($0) }
        scope.backend = try suspending.backend.map { try BackendName($0) }
        if let text = suspending.server {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                console.fail("--server takes BACKEND/SERVER, not \(VisibleText.quoted(text))")
                throw Ended(.error)
            }
            scope.backend = try BackendName(String(parts[0]))
            scope.server = try ServerName(String(parts[1]))
        }
        return scope
    }
}
