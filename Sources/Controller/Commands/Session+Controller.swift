import FoundationEssentials
import Model
import Planning

/// What is asked of a running controller: that these fleets run this revision.
struct ControllerRequest: Sendable {
    let fleets: [FleetName]
    let revision: Revision
    /// How the controller was found.
    let lock: FleetLock.Unavailable
}

extension FleetLock.Unavailable {
    /// `apus run` holds the lock: it can be asked to do what nobody else may.
    var isController: Bool { isHeld && holder.hasPrefix("apus run") }
}

extension Session {
    /// Tells whoever runs the fleet that something changed; false when nobody listens.
    func notifyController(_ database: StateDatabase) async throws -> Bool {
        guard let socket = try database.status()?.status.trigger else { return false }
        return await TriggerSocket.notify(socket)
    }

    /// Lets the controller apply a revision and waits until it has, telling how far it is.
    ///
    /// The controller keeps a fleet at what its repository and reference say, so another revision is refused.
    func follow(
        _ request: ControllerRequest,
        within timeout: Duration,
        _ database: StateDatabase
    ) async throws -> CommandStatus {
        guard !options.worktree || !request.fleets.isEmpty, try await notifyController(database)
        else { throw request.lock }
        console.tell("\(request.lock.holder) applies it; waiting for its word.", .faint)
        let uptime = Uptime(clock)
        var pause = Duration.milliseconds(50)
        while uptime.now < timeout {
            try await clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
            guard let status = try database.status()?.status else { continue }
            let fleets = status.fleets.filter { request.fleets.contains($0.name) }
            let isDone =
                fleets.count == request.fleets.count
                && fleets.allSatisfy {
                    $0.condition == .ready && $0.applied?.tree == request.revision.tree
                }
            if isDone { return report(fleets, request.revision) }
            if let good = status.good, good.tree != request.revision.tree, uptime.now > .seconds(5)
            {
                console.fail(
                    "\(request.lock.holder) keeps the fleet at \(good), which \(status.ref) names; \(request.revision) is another\npush it there, or pin it with `apus rollback`"
                )
                return .locked
            }
            let stalled = fleets.filter {
                $0.condition == .stalled && $0.attempted?.tree == request.revision.tree
            }
            if !stalled.isEmpty, uptime.now > .seconds(5) {
                return report(fleets, request.revision)
            }
        }
        console.fail("not converged in \(timeout.brief); `apus status` tells how far it is")
        return .notConverged
    }

    private func report(_ fleets: [Status.Fleet], _ revision: Revision) -> CommandStatus {
        let proxies = fleets.flatMap(\.proxies)
        let there = proxies.count(where: \.isInSync)
        for fleet in fleets where fleet.condition == .stalled {
            console.fail("\(fleet.name): \(fleet.message)")
        }
        let isDone = fleets.allSatisfy { $0.condition == .ready }
        var line = StyledText(
            isDone ? "Applied. " : "Not applied everywhere. ",
            isDone ? .good : .error
        )
        line.append("\(there) of \(count(proxies.count, "proxy", "proxies")) at ")
        line.append(revision.description, .note)
        line.append(".")
        console.show([line])
        if isDone { return .ok }
        return there > 0 ? .partlyApplied : .error
    }
}
