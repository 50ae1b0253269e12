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
        guard let text = try statusText(of: fleets) else { return .error }
        console.out(text.shown)
        return .ok
    }

    /// `apus status --watch`: shows the status again whenever it changes, until somebody ends it.
    ///
    /// On a terminal it stays in its place and its times move on; into a file or a pipe only news goes.
    package func watchStatus(of fleets: [String]) async throws -> CommandStatus {
        var last: String?
        while !Task.isCancelled {
            guard let text = try statusText(of: fleets) else { return .error }
            if console.outIsTerminal, options.format == .text {
                console.out("\u{1b}[H\u{1b}[J\(text.shown)")
            } else if text.known != last {
                console.out(text.shown)
            }
            last = text.known
            do { try await clock.sleep(for: .seconds(1)) } catch { return .ok }
        }
        return .ok
    }

    /// What `status` prints and, to compare, what it is made from; nil after saying why there is nothing.
    private func statusText(of fleets: [String]) throws -> (shown: String, known: String)? {
        guard FileManager.default.fileExists(atPath: options.state.databaseFile),
            let stored = try openDatabase().status()
        else {
            console.fail(
                "nothing was applied with the state folder \(options.state.path) yet\nanother one may be named with --state-dir"
            )
            return nil
        }
        var status = stored.status
        let updated = stored.updated
        let orders = try openDatabase().orders()
        status.fleets.removeAll { !fleets.isEmpty && !fleets.contains($0.name.text) }
        if let missing = fleets.first(where: { name in
            !status.fleets.contains { $0.name.text == name }
        }) {
            console.fail("no fleet \(VisibleText.quoted(missing)) is known here")
            return nil
        }
        let holders = status.fleets.compactMap { FleetLock.holder(of: $0.name, in: options.state) }
        let known =
            try StateDatabase.encoded(status) + StateDatabase.encoded(orders)
            + (holders.first ?? "")
        if options.format != .text {
            let report = StatusReport(
                controller: holders.first,
                updated: updated,
                status: status,
                orders: orders
            )
            let line = try options.format == .ndjson ? StateDatabase.encoded(report) : json(report)
            return ("\(line)\n", known)
        }
        let description = StatusDescription(
            status: status,
            orders: orders,
            controller: holders.first,
            updated: WallTime(updated),
            now: WallTime(now()),
            columns: console.columns
        )
        return (console.outStyle.render(description.lines), known)
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
            if let fleet, passes.isEmpty {
                console.fail("no pass has changed anything of a fleet \(fleet)")
                return .error
            }
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
