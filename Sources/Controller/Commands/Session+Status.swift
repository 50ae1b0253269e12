import FoundationEssentials
import Model
import Planning

/// What `apus status -o json` prints; version 1 only ever gains keys.
private struct StatusReport: Encodable {
    let schema = 1
    /// Who changes the fleets now; nil when nobody does.
    let controller: String?
    let updated: Int
    let status: Status
    let orders: Orders
}

extension Session {
    /// `apus status`: what is known of the fleets, whether or not a controller runs now.
    package func status(of fleets: [String]) throws -> CommandStatus {
        guard FileManager.default.fileExists(atPath: options.state.databaseFile),
            let known = try openDatabase().status()
        else {
            console.fail(
                "nothing was applied with the state folder \(options.state.path) yet\nanother one may be named with --state-dir"
            )
            return .error
        }
        var status = known.status
        let updated = known.updated
        let orders = try openDatabase().orders()
        status.fleets.removeAll { !fleets.isEmpty && !fleets.contains($0.name.text) }
        if let missing = fleets.first(where: { name in
            !status.fleets.contains { $0.name.text == name }
        }) {
            console.fail("no fleet \(VisibleText.quoted(missing)) is known here")
            return .error
        }
        let holders = status.fleets.compactMap { FleetLock.holder(of: $0.name, in: options.state) }
        if options.format != .text {
            let report = StatusReport(
                controller: holders.first,
                updated: updated,
                status: status,
                orders: orders
            )
            try show(json: report)
            return .ok
        }
        let description = StatusDescription(
            status: status,
            orders: orders,
            controller: holders.first,
            updated: WallTime(updated),
            now: WallTime(now()),
            columns: console.columns
        )
        console.show(description.lines)
        return .ok
    }

    /// What `history` is told on the command line.
    package struct HistoryOptions: Hashable, Sendable {
        package var fleet: String?
        package var limit = 20
        /// One pass with everything that was sent.
        package var pass: Int?

        package init() {}
    }

    private struct PassReport: Encodable {
        let pass: PassRecord
        let proxies: [PassRecord.Application]
        let operations: [PassRecord.Operation]
    }

    /// `apus history`: the passes that changed something, or one of them with everything that was sent.
    package func history(_ asked: HistoryOptions) throws -> CommandStatus {
        guard FileManager.default.fileExists(atPath: options.state.databaseFile) else {
            console.fail("there is no history in \(options.state.path)")
            return .error
        }
        let database = try openDatabase()
        guard let id = asked.pass else {
            let fleet = try asked.fleet.map { try FleetName($0) }
            let passes = try database.history(of: fleet, limit: asked.limit)
            switch options.format {
            case .text, .markdown:
                console.show(
                    HistoryDescription(now: WallTime(now()), columns: console.columns).lines(passes)
                )
            case .json: try show(json: passes)
            case .ndjson: for pass in passes { console.out(try StateDatabase.encoded(pass) + "\n") }
            }
            return .ok
        }
        guard let pass = try database.history(limit: 100_000).first(where: { $0.id == id }) else {
            console.fail("history has no pass \(id)")
            return .error
        }
        let report = PassReport(
            pass: pass,
            proxies: try database.applications(of: id),
            operations: try database.operations(of: id)
        )
        if options.format != .text {
            try show(json: report)
            return .ok
        }
        let description = HistoryDescription(now: WallTime(now()), columns: console.columns)
        console.show(description.lines([pass]))
        console.show(description.lines(report.proxies, report.operations))
        return .ok
    }
}
