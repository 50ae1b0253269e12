package import Model

/// Plans as a comment under a pull request: a table, what is removed, the diffs folded away, the digest.
///
/// Never longer than `limit`, however large the plan: then removals come first, and what is left out is
/// counted backend by backend.
package struct PlanMarkdown: Sendable {
    /// Bytes of UTF-8, which are at least as many as characters; GitHub takes 65,536 of those.
    package static let limit = 59_000

    let fleets: [PlanDescription.Fleet]
    /// Lines for the end, e.g. the digest and until when the plan holds.
    let footer: [String]

    /// What policies say.
    let findings: [PolicyFinding]

    package init(
        _ fleets: [PlanDescription.Fleet],
        findings: [PolicyFinding] = [],
        footer: [String] = []
    ) {
        self.fleets = fleets
        self.findings = findings
        self.footer = footer
    }

    private struct Group {
        let fleet: FleetName
        let group: PlanGroup
        /// Removals first, as they matter most when not all can be shown.
        let entries: [PlanEntry]
    }

    /// The whole comment, ended by a newline.
    package var text: String {
        let groups = fleets.flatMap { fleet in
            fleet.plan.groups.map { Group(fleet: fleet.plan.fleet, group: $0, entries: $0.ranked) }
        }
        let head = title + summaryTable + banner(groups) + Self.policies(findings)
        let tail = unplanned + remarks + foot
        var room = Self.limit - head.utf8.count - tail.utf8.count
        var diffs = ""
        let shown = groups.prefix(40)
        for (index, group) in shown.enumerated() {
            // What a small group leaves over is for the larger ones behind it.
            let share = room / (shown.count - index)
            let part = diff(group, within: share)
            diffs += part
            room -= part.utf8.count
        }
        if groups.count > shown.count {
            diffs += "\n\(groups.count - shown.count) more groups of proxies are not shown here.\n"
        }
        return head + diffs + tail
    }

    private var title: String {
        guard let revision = fleets.first?.plan.revision else { return "## Apus plan\n" }
        let summary = PlanSummary(of: fleets.map(\.plan))
        let words = revision.summary.isEmpty ? "" : " " + Self.inline(revision.summary, limit: 120)
        return "## Apus plan for `\(revision)`\(words)\n\n**\(summary.description)**\n\n"
    }

    private var summaryTable: String {
        var lines = [
            "| fleet | proxies | add | change | replace | remove | operations |",
            "|---|--:|--:|--:|--:|--:|--:|",
        ]
        for fleet in fleets.prefix(50) {
            let summary = PlanSummary(of: [fleet.plan])
            let proxies =
                "\(summary.proxies) of \(fleet.plan.proxies.count + fleet.unplanned.count)"
            let numbers = [
                summary.add, summary.change, summary.replace, summary.remove, summary.operations,
            ]
            let cells = [fleet.plan.fleet.text, proxies] + numbers.map(String.init)
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        if fleets.count > 50 { lines.append("| and \(fleets.count - 50) more | | | | | | |") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nobody approves a deletion by accident.
    private func banner(_ groups: [Group]) -> String {
        var titles: [String] = []
        var seen: Set<String> = []
        var count = 0
        for group in groups {
            for entry in group.entries where entry.removals > 0 {
                let name = "\(entry.kind) \(Self.code(entry.fullTitle))"
                guard seen.insert(name).inserted else { continue }
                count += entry.removals
                if titles.count < 20 { titles.append(name) }
            }
        }
        guard count > 0 else { return "" }
        let more = seen.count > titles.count ? " and \(seen.count - titles.count) more" : ""
        let objects = count == 1 ? "1 object" : "\(count) objects"
        return """

            > [!CAUTION]
            > **Removes \(objects):** \(titles.joined(separator: ", "))\(more)

            """
    }

    private func diff(_ group: Group, within limit: Int) -> String {
        let names = group.group.proxies.prefix(10).map(\.text).joined(separator: ", ")
        let count = group.group.proxies.count
        let more = count > 10 ? " and \(count - 10) more" : ""
        let whom = count == 1 ? names : "\(count) proxies alike: \(names)\(more)"
        let counts = Self.counted(group.entries)
        let head = "\n<details><summary>\(group.fleet) on \(whom): \(counts)</summary>\n\n"
        let rest = Self.rest(group.entries, limit: max(200, limit / 4))
        var lines: [String] = []
        var room = limit - head.utf8.count - rest.utf8.count - 120
        for entry in group.entries {
            let line = Self.line(entry)
            guard line.utf8.count < room else { break }
            room -= line.utf8.count + 1
            lines.append(line)
        }
        let left = group.entries.count - lines.count
        let fence = Self.fence(around: lines)
        let body = lines.isEmpty ? "" : ([fence + "diff"] + lines + [fence]).joined(separator: "\n")
        let open =
            left > 0 ? "\n\n**\(left) more are not shown here**; all together:\n\n\(rest)" : ""
        return head + body + open + "\n</details>\n"
    }

    /// How many of each kind, backend by backend and map by map, the largest first.
    private static func rest(_ entries: [PlanEntry], limit: Int) -> String {
        let places = Dictionary(grouping: entries, by: \.place)
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        var text = "| where | what |\n|---|---|\n"
        for (index, (place, entries)) in places.enumerated() {
            let row = "| \(code(place)) | \(counted(entries)) |\n"
            guard text.utf8.count + row.utf8.count < limit else {
                return text + "| and \(places.count - index) more | |\n"
            }
            text += row
        }
        return text
    }

    private static func counted(_ entries: [PlanEntry]) -> String {
        let words: [(PlanEntry.Action, String)] = [
            (.add, "to add"), (.change, "to change"), (.replace, "to replace"),
            (.remove, "to remove"),
        ]
        return words.compactMap { action, word in
            let count = entries.count { $0.action == action }
            return count == 0 ? nil : "\(count) \(word)"
        }.joined(separator: ", ")
    }

    /// `+ shop/s4  10.0.0.4:80 weight 10  (shop.yaml:9)`; replacements are marked as changes, which they look like.
    private static func line(_ entry: PlanEntry) -> String {
        let marker =
            switch entry.action {
            case .add: "+"
            case .remove: "-"
            case .change: "!"
            case .replace: "! -/+"
            }
        let words = entry.details.map(\.plain).joined(separator: " ")
        let title = VisibleText.escape(entry.fullTitle.unicodeScalars)
        let text = "\(marker) \(title)  \(words)"
        let short = text.count > 240 ? text.prefix(239) + "…" : text[...]
        return "\(short)  (\(entry.origin.file):\(entry.origin.line))"
    }

    private var unplanned: String {
        let missing = fleets.flatMap(\.unplanned)
        guard !missing.isEmpty else { return "" }
        let rows = missing.prefix(20).map {
            "- **\($0.proxy)**: \(Self.inline($0.reason, limit: 200))"
        }
        let more = missing.count > 20 ? "\n- and \(missing.count - 20) more" : ""
        return "\n**No plan for \(missing.count) of the proxies:**\n\n"
            + rows.joined(separator: "\n") + more + "\n"
    }

    private var remarks: String {
        let remarks = fleets.flatMap { fleet in
            fleet.plan.remarksByProxy.filter { $0.remark.kind != .unknown }.map {
                (remark: $0.remark, count: $0.proxies.count)
            }
        }
        guard !remarks.isEmpty else { return "" }
        let rows = remarks.prefix(20).map { remark, count in
            let place = remark.origin.map { " (\(Self.code("\($0)")))" } ?? ""
            let proxies = count == 1 ? "1 proxy" : "\(count) proxies"
            return
                "- **\(remark.kind.title)**: \(Self.inline(remark.message, limit: 300))\(place), "
                + "on \(proxies)"
        }
        let more = remarks.count > 20 ? "\n- and \(remarks.count - 20) more" : ""
        return "\n" + rows.joined(separator: "\n") + more + "\n"
    }

    private var foot: String {
        footer.isEmpty ? "" : "\n" + footer.map { "<sub>\($0)</sub>\n" }.joined(separator: "<br>\n")
    }

    /// Text that others wrote, in a line of prose: it can neither mark up nor mention anybody.
    static func inline(_ text: String, limit: Int) -> String {
        let visible = VisibleText.escape(text.unicodeScalars)
        var safe = ""
        for character in visible.prefix(limit) {
            switch character {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case "@": safe += "&#64;"
            case "|", "*", "_", "`", "[", "]", "#", "~", "!", "\\": safe += "\\\(character)"
            default: safe.append(character)
            }
        }
        return visible.count > limit ? safe + "…" : safe
    }

    /// Text that others wrote, as code within a line or a cell.
    static func code(_ text: String) -> String {
        let visible = VisibleText.escape(text.prefix(120).unicodeScalars)
        return "`" + visible.replacing("`", with: "'").replacing("|", with: "¦") + "`"
    }

    /// Longer than any row of backticks in the lines, so that nothing in them ends the block.
    static func fence(around lines: [String]) -> String {
        var longest = 2
        for line in lines {
            var run = 0
            for byte in line.utf8 {
                run = byte == UInt8(ascii: "`") ? run + 1 : 0
                longest = max(longest, run)
            }
        }
        return String(repeating: "`", count: longest + 1)
    }
}

extension PlanGroup {
    fileprivate var ranked: [PlanEntry] {
        let order: [PlanEntry.Action] = [.remove, .replace, .change, .add]
        return entries.map { entry in
            (key: (order.firstIndex(of: entry.action) ?? 0, entry.place, entry.sortKey.1), entry)
        }.sorted { $0.key < $1.key }.map(\.1)
    }
}

extension PlanEntry {
    /// The backend or the map.
    fileprivate var place: String {
        backend?.text ?? map?.text ?? list?.text ?? certificateList?.text
            ?? (isCertificate ? "certificates" : limit == nil ? "" : "limits")
    }

    fileprivate var fullTitle: String {
        switch subject {
        case .map, .backend: return place
        case .certificate, .transaction: return title
        default: break
        }
        return backend.map { "\($0)/\(title)" } ?? "\(place) \(title)"
    }

    fileprivate var kind: String {
        switch subject {
        case .server: "server"
        case .backend: "backend"
        case .mapEntry: "key"
        case .map: removals == 1 ? "1 entry of" : "\(removals) entries of"
        case .pattern: "pattern"
        case .limit: "limit"
        case .certificate: "certificate"
        case .certificateLine: "line of"
        case .transaction: "transaction of"
        }
    }

    /// How many objects go for good.
    fileprivate var removals: Int {
        if case .replaceMap(_, _, _, _, let removed)? = changes.first { return removed }
        return action == .remove ? 1 : 0
    }
}

extension Plan {
    /// Each remark with the proxies it concerns, in the order of the plan.
    package var remarksByProxy: [(remark: Remark, proxies: [ProxyName])] {
        var order: [Remark] = []
        var holders: [Remark: [ProxyName]] = [:]
        for proxy in proxies {
            for remark in proxy.remarks {
                if holders[remark] == nil { order.append(remark) }
                holders[remark, default: []].append(proxy.proxy)
            }
        }
        return order.map { ($0, holders[$0] ?? []) }
    }
}
