import Model
import Planning

/// What `apus status` prints: fleet by fleet, the worst first to be seen, and what people ordered.
struct StatusDescription {
    let status: Status
    let orders: Orders
    /// Who changes the fleets now.
    let controller: String?
    let updated: WallTime
    let now: WallTime
    let columns: Int

    var lines: [StyledText] {
        head + status.fleets.flatMap(describe) + [StyledText()]
    }

    private var head: [StyledText] {
        var line = StyledText("Repository ")
        line.append(status.repository, .strong)
        line.append("  \(status.ref)", .note)
        var who = StyledText("  ")
        if let controller {
            who.append("kept by \(controller)", .good)
        } else {
            who.append("nobody keeps it now", .warning)
            who.append("; known since \(updated.distance(to: now)) ago", .faint)
        }
        var lines = [StyledText(), line, who]
        if let error = status.sourceError {
            var text = StyledText("  cannot be read: ", .error)
            text.append(error)
            lines.append(text)
        }
        let errors = status.diagnostics.count { $0.severity == .error }
        if errors > 0, let seen = status.seen {
            var text = StyledText("  \(seen) has \(count(errors, "mistake"))", .error)
            text.append("; \(status.good?.description ?? "nothing") is kept", .faint)
            lines.append(text)
        }
        return lines
    }

    private func describe(_ fleet: Status.Fleet) -> [StyledText] {
        var head = StyledText("Fleet ", .strong)
        head.append(fleet.name.text, .strong)
        head.append("  ")
        head.append(fleet.condition.title, fleet.condition.role)
        let there = fleet.proxies.count(where: \.isInSync)
        head.append(
            "  \(there) of \(count(fleet.proxies.count, "proxy", "proxies")) in sync",
            .faint
        )
        var lines = [StyledText(), head]
        lines.append(row("applied", fleet.applied))
        if let attempted = fleet.attempted, attempted.commit != fleet.applied?.commit {
            lines.append(row("attempted", attempted))
        }
        lines += ordered(fleet.name)
        for proxy in fleet.proxies where !proxy.isInSync {
            var start = StyledText("  ✗ ", .removed)
            start.append("\(proxy.name)  ", .strong)
            var words = proxy.message.split(separator: " ").map { StyledText(String($0)) }
            if let wait = proxy.retryInMilliseconds {
                words.append(
                    StyledText("(tried again in \(Duration.milliseconds(wait).brief))", .faint)
                )
            }
            lines += start.wrapping(words, indent: 8, columns: columns)
        }
        if fleet.condition == .stalled, !fleet.message.isEmpty,
            fleet.proxies.allSatisfy(\.isInSync) || fleet.message.hasPrefix("halted")
        {
            let words = fleet.message.split(separator: " ").map { StyledText(String($0)) }
            lines += StyledText("  ✗ ", .removed).wrapping(words, indent: 4, columns: columns)
        }
        return lines + outcomes(fleet) + next(fleet)
    }

    private func row(_ name: String, _ revision: Revision?) -> StyledText {
        var line = StyledText("  ")
        line.append(name, .faint)
        line.pad(to: 13)
        guard let revision else {
            line.append("nothing yet", .faint)
            return line
        }
        line.append(revision.description, .note)
        let room = max(0, columns - line.width - 2)
        if !revision.summary.isEmpty { line.append("  \(revision.summary.prefix(room))") }
        return line
    }

    private func ordered(_ fleet: FleetName) -> [StyledText] {
        var lines: [StyledText] = []
        for pin in orders.pins where pin.fleet == fleet {
            lines += order("pinned", "to \(pin.revision)", pin.actor, pin.reason, pin.created)
        }
        for order in orders.suspensions where order.scope.fleet == fleet {
            let end = order.expires.map { ", for another \(now.distance(to: WallTime($0)))" } ?? ""
            let what = order.scope.description + end
            lines += self.order("suspended", what, order.actor, order.reason, order.created)
        }
        return lines
    }

    private func order(
        _ kind: String,
        _ what: String,
        _ actor: String,
        _ reason: String,
        _ created: Int
    ) -> [StyledText] {
        var line = StyledText("  ")
        line.append(kind, .warning)
        line.pad(to: 13)
        let since = WallTime(created).distance(to: now)
        let who = "by \(actor), \(since) ago\(reason.isEmpty ? "" : ": \(reason)")"
        let words =
            what.split(separator: " ").map { StyledText(String($0)) }
            + who.split(separator: " ").map { StyledText(String($0), .faint) }
        return line.wrapping(words, indent: 13, columns: columns)
    }

    private func outcomes(_ fleet: Status.Fleet) -> [StyledText] {
        guard !fleet.outcomes.isEmpty else { return [] }
        return [StyledText("  last passes", .faint)]
            + fleet.outcomes.map { pass in
                var line = StyledText("    ")
                line.append(pass.result.rawValue, pass.result == .converged ? .good : .warning)
                line.pad(to: 16)
                line.append(pass.revision.description, .note)
                line.append("  \(count(pass.operations, "operation"))")
                line.append("  \(Duration.milliseconds(pass.milliseconds).brief)", .faint)
                return line
            }
    }

    /// What somebody can do about a fleet that does not go on by itself.
    private func next(_ fleet: Status.Fleet) -> [StyledText] {
        guard orders.halts.contains(where: { $0.fleet == fleet.name }) else { return [] }
        var line = StyledText("  Push a change, or try the same again:  ", .faint)
        line.append("apus resume \(fleet.name)", .strong)
        return [line]
    }
}

extension Status.Condition {
    fileprivate var title: String {
        switch self {
        case .ready: "Ready"
        case .reconciling: "Reconciling"
        case .stalled: "Stalled"
        }
    }

    fileprivate var role: StyledText.Role {
        switch self {
        case .ready: .good
        case .reconciling: .warning
        case .stalled: .error
        }
    }
}
