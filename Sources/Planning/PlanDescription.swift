package import Model

/// Plans as a person reads them in review: grouped by fleet, equal plans of several proxies shown once.
///
/// Pure: lines with meanings, no colour and no terminal. `+` adds, `~` changes, `-` removes,
/// `-/+` replaces, as in `terraform plan`.
package struct PlanDescription: Sendable {
    /// One fleet's plan and the proxies for which there is none.
    package struct Fleet: Sendable {
        package let plan: Plan
        /// Sorted by name; each with the reason in one line.
        package let unplanned: [(proxy: ProxyName, reason: String)]

        package init(_ plan: Plan, unplanned: [(proxy: ProxyName, reason: String)] = []) {
            self.plan = plan
            self.unplanned = unplanned
        }
    }

    package let fleets: [Fleet]
    /// Columns of the terminal; lines longer than 120 are hard to read, so no more are used.
    let columns: Int

    package init(_ fleets: [Fleet], columns: Int) {
        self.fleets = fleets
        self.columns = min(max(columns, 40), 120)
    }

    /// Everything but what to do next.
    package var lines: [StyledText] {
        var lines: [StyledText] = []
        for fleet in fleets {
            lines += heading(of: fleet)
            lines += fleet.plan.groups.flatMap(describe)
            lines += idle(in: fleet.plan)
            lines += unplanned(in: fleet)
            lines += remarks(of: fleet.plan)
        }
        return lines + summary + [StyledText()]
    }

    private var summary: [StyledText] {
        let summary = PlanSummary(of: fleets.map(\.plan))
        let missing = fleets.reduce(0) { $0 + $1.unplanned.count }
        var line = StyledText()
        if summary.proxies == 0, missing == 0 {
            if fleets.contains(where: \.plan.isHeldBack) {
                line.append("Nothing can be done now", .warning)
                line.append(", but not every proxy runs what the repository asks for; see above.")
            } else {
                line.append("No changes.", .good)
                line.append(
                    fleets.contains(where: \.plan.needsRestart)
                        ? " Every proxy runs what it can without a restart; see above."
                        : " Every proxy runs what the repository asks for."
                )
            }
            return [line]
        }
        line.append("Plan: ", .strong)
        var text = words(summary.description)
        if missing > 0 {
            text += words("and \(missing) \(missing == 1 ? "proxy" : "proxies") without a plan")
                .map { StyledText($0.plain, .error) }
        }
        return line.wrapping(text, indent: 6, columns: columns)
    }

    private func heading(of fleet: Fleet) -> [StyledText] {
        let plan = fleet.plan
        var line = StyledText("Fleet ", .strong)
        line.append(plan.fleet.text, .strong)
        let count = plan.proxies.count + fleet.unplanned.count
        line.append("  \(count) \(count == 1 ? "proxy" : "proxies")", .faint)
        line.append("  \(plan.revision)", .note)
        let room = columns - line.width - 2
        if !plan.revision.summary.isEmpty, room > 8 {
            line.append("  \(plan.revision.summary.shortened(to: room))", .faint)
        }
        return [line, StyledText()]
    }

    private func describe(_ group: PlanGroup) -> [StyledText] {
        var start = StyledText("  On ")
        if group.proxies.count > 1 { start.append("\(group.proxies.count) proxies alike: ") }
        var lines = start.wrapping(names(group.proxies), indent: 5, columns: columns)
        lines.append(StyledText())
        let servers = Dictionary(grouping: group.entries) { $0.backend }
        for backend in servers.keys.compactMap(\.self).sorted() {
            lines.append(heading(of: "backend", backend.text))
            lines += rows(for: servers[backend] ?? [])
        }
        let entries = Dictionary(grouping: group.entries) { $0.map }
        for map in entries.keys.compactMap(\.self).sorted() {
            lines.append(heading(of: "map", map.text))
            lines += rows(for: entries[map] ?? [])
        }
        let patterns = Dictionary(grouping: group.entries) { $0.list }
        for list in patterns.keys.compactMap(\.self).sorted() {
            lines.append(heading(of: "list", list.text))
            lines += rows(for: patterns[list] ?? [])
        }
        let certificates = group.entries.filter(\.isCertificate)
        if !certificates.isEmpty {
            lines.append(StyledText("    certificates"))
            lines += rows(for: certificates)
        }
        let lists = Dictionary(grouping: group.entries) { $0.certificateList }
        for list in lists.keys.compactMap(\.self).sorted() {
            lines.append(heading(of: "crt-list", list.text))
            lines += rows(for: lists[list] ?? [])
        }
        let limits = group.entries.filter { $0.limit != nil }
        if !limits.isEmpty {
            lines.append(StyledText("    limits"))
            lines += rows(for: limits)
        }
        return lines
    }

    private func heading(of kind: String, _ name: String) -> StyledText {
        var line = StyledText("    \(kind) ")
        line.append(name, .strong)
        return line
    }

    private func rows(for entries: [PlanEntry]) -> [StyledText] {
        let subjects = entries.map { (key: $0.sortKey, entry: $0) }.sorted { $0.key < $1.key }
            .map(\.entry)
        let longest = subjects.map { StyledText($0.title).width }.max() ?? 0
        let rows = subjects.flatMap { row($0, titleWidth: min(longest, 32)) }
        return rows + [StyledText()]
    }

    private func row(_ entry: PlanEntry, titleWidth: Int) -> [StyledText] {
        var line = StyledText("    ")
        line.pad(to: 9 - entry.action.marker.count)
        line.append(entry.action.marker, entry.action.role)
        line.append(" ")
        line.append(entry.title, entry.action.role)
        line.pad(to: 10 + titleWidth)
        line.append("  ")
        let indent = min(12 + titleWidth, columns / 2)
        var lines = line.wrapping(entry.details, indent: indent, columns: columns)
        var origin = StyledText()
        origin.append("\(entry.origin.file):\(entry.origin.line)", .faint)
        if let last = lines.last, last.width + 2 + origin.width <= columns {
            lines[lines.count - 1].pad(to: columns - origin.width)
        } else {
            lines.append(StyledText())
            lines[lines.count - 1].pad(to: max(indent, columns - origin.width))
        }
        lines[lines.count - 1].append(origin)
        return lines
    }

    private func idle(in plan: Plan) -> [StyledText] {
        let idle = plan.proxies.filter(\.steps.isEmpty).map(\.proxy)
        guard !idle.isEmpty else { return [] }
        let start = StyledText(
            idle.count == plan.proxies.count ? "  Nothing to do on " : "  Nothing on "
        )
        return start.wrapping(names(idle), indent: 5, columns: columns) + [StyledText()]
    }

    private func unplanned(in fleet: Fleet) -> [StyledText] {
        guard !fleet.unplanned.isEmpty else { return [] }
        let lines = fleet.unplanned.flatMap { entry in
            var line = StyledText("  ")
            line.append("! \(entry.proxy)", .error)
            line.append("  ")
            return line.wrapping(words(entry.reason), indent: 6, columns: columns)
        }
        return lines + [StyledText()]
    }

    private func remarks(of plan: Plan) -> [StyledText] {
        let lines = plan.remarksByProxy.flatMap { remark, proxies in
            var line = StyledText("  ")
            line.append(remark.kind.title, remark.kind.role)
            line.append("  ")
            var text = words(remark.message)
            if let origin = remark.origin { text.append(StyledText("(\(origin))", .faint)) }
            if proxies.count < plan.proxies.count {
                text +=
                    [StyledText("on", .faint)] + names(proxies).map { StyledText($0.plain, .faint) }
            }
            return line.wrapping(text, indent: 6, columns: columns)
        }
        return lines.isEmpty ? [] : lines + [StyledText()]
    }

    /// At most twelve names, then a count: 600 names tell a reader nothing.
    private func names(_ proxies: [ProxyName]) -> [StyledText] {
        let shown = proxies.prefix(proxies.count > 12 ? 10 : 12)
        var words = shown.enumerated().map { index, name in
            StyledText(index + 1 < proxies.count ? "\(name)," : name.text)
        }
        if proxies.count > shown.count {
            words.append(StyledText("and \(proxies.count - shown.count) more"))
        }
        return words
    }

    private func words(_ text: String) -> [StyledText] {
        text.split(separator: " ").map { StyledText(String($0)) }
    }
}

extension Plan {
    /// Something is left to do that these steps do not do.
    fileprivate var isHeldBack: Bool { proxies.contains { $0.openRemark != nil } }

    /// Some of what is asked for takes another boot file and a restart.
    fileprivate var needsRestart: Bool {
        proxies.contains { $0.remarks.contains { $0.kind == .needsRestart } }
    }
}

extension ProxyPlan {
    /// The first remark that says that the steps do not lead to what is desired.
    package var openRemark: Remark? {
        let order: [Remark.Kind] = [.refused, .quarantined, .postponed, .suspended]
        return order.lazy.compactMap { kind in remarks.first { $0.kind == kind } }.first
    }
}

extension String {
    fileprivate func shortened(to length: Int) -> String {
        count <= length ? self : String(prefix(length - 1)) + "…"
    }
}

extension Remark.Kind {
    fileprivate var role: StyledText.Role {
        switch self {
        case .needsRestart, .unmanaged, .unknown: .note
        case .postponed, .warning, .suspended: .warning
        case .refused, .quarantined: .error
        }
    }

    /// The kind in the words that introduce a remark.
    package var title: String {
        switch self {
        case .needsRestart: "needs restart"
        case .unmanaged: "unmanaged"
        case .refused: "refused"
        case .unknown: "unknown"
        case .postponed: "postponed"
        case .suspended: "suspended"
        case .quarantined: "quarantined"
        case .warning: "warning"
        }
    }
}
