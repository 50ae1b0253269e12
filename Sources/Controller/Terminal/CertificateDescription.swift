import Model
import Planning

/// What `apus certificates` prints for people.
struct CertificateDescription {
    /// Milliseconds since 1970.
    let now: Int
    let columns: Int

    func lines(_ rows: [CertificateRow]) -> [StyledText] {
        let width = min(40, max(11, rows.map(\.name.count).max() ?? 0))
        let stops = [0, width + 2, width + 16, width + 30, width + 44]
        var head = StyledText()
        for (title, column) in zip(
            ["certificate", "fleet", "source", "expires in", "version"],
            stops
        ) {
            head.pad(to: column)
            head.append(title, .faint)
        }
        return [head]
            + rows.map { row in
                var line = StyledText(VisibleText.escape(row.name.unicodeScalars), .strong)
                line.pad(to: stops[1])
                line.append(row.fleet)
                line.append("  ")
                line.pad(to: stops[2])
                line.append(row.source)
                line.append("  ")
                line.pad(to: stops[3])
                if let problem = row.problem {
                    line.append(VisibleText.escape(problem.unicodeScalars), .error)
                } else if let end = row.notAfter, let sha1 = row.sha1 {
                    line.append(left(until: end), isDue(end) ? .warning : .plain)
                    line.pad(to: stops[4])
                    line.append(CertificateFingerprint.short(sha1), .note)
                }
                return line
            }
    }

    func details(_ row: CertificateRow) -> [StyledText] {
        var facts: [(String, String)] = [
            ("document", "\(row.document) (\(row.origin))"), ("fleet", row.fleet),
            ("source", row.source), ("wanted", row.wantedNames.joined(separator: " ")),
        ]
        facts += row.lists.map { ("crt-list", $0) }
        if let end = row.notAfter {
            facts += [
                ("names", row.names.joined(separator: " ")), ("key", row.key ?? ""),
                ("expires", "\(WallTime(end * 1000)), in \(left(until: end))"),
                ("serial", row.serial ?? ""), ("sha1", row.sha1 ?? ""),
                ("sha256", row.sha256 ?? ""),
            ]
        }
        if let problem = row.problem { facts.append(("problem", problem)) }
        let lines = facts.filter { !$0.1.isEmpty }.map { name, value in
            var line = StyledText("  ")
            line.append(name, .faint)
            line.pad(to: 12)
            line.append(
                VisibleText.escape(value.unicodeScalars),
                name == "problem" ? .error : .plain
            )
            return line
        }
        return [StyledText(VisibleText.escape(row.name.unicodeScalars), .strong)] + lines
            + [StyledText()]
    }

    private func left(until end: Int) -> String {
        end * 1000 <= now ? "expired" : WallTime(end * 1000).distance(to: WallTime(now))
    }

    /// Two weeks: below what any renewal leaves to the last moment.
    private func isDue(_ end: Int) -> Bool { end - now / 1000 < 14 * 86_400 }
}
