package import Desired
package import Planning

/// What `apus explain` shows of one kind or key.
package struct ReferencePage: Sendable {
    private let page: SchemaReference.Page?
    /// Columns of the terminal.
    private let columns: Int

    /// Nil lists the kinds.
    package init(_ page: SchemaReference.Page?, columns: Int) {
        self.page = page
        self.columns = max(columns, 40)
    }

    package var lines: [StyledText] {
        guard let page else {
            return rows(SchemaReference.kinds.map { ($0.name, "", $0.summary) }) + [
                StyledText(),
                StyledText("apus explain KIND, or KIND.key.key, says more.", .faint),
            ]
        }
        var title = StyledText(page.path, .strong)
        if page.isRequired { title.append("  required", .faint) }
        var lines = [title]
        lines += page.form.wrapped(to: columns - 2).map { StyledText("  \($0)", .note) }
        lines += page.summary.wrapped(to: columns - 2).map { StyledText("  \($0)") }
        guard !page.keys.isEmpty else { return lines }
        lines.append(StyledText())
        lines += rows(
            page.keys.map { ($0.isRequired ? "\($0.name) *" : $0.name, $0.form, $0.summary) }
        )
        if page.keys.contains(where: \.isRequired) {
            lines += [StyledText(), StyledText("  * required", .faint)]
        }
        return lines
    }

    /// A name, then what it is for; the form on a line of its own, since both can be long.
    private func rows(_ entries: [(name: String, form: String, summary: String)]) -> [StyledText] {
        let width = min(24, entries.map(\.name.count).max() ?? 0) + 4
        return entries.flatMap { entry -> [StyledText] in
            var line = StyledText("  ")
            line.append(entry.name, .strong)
            line.pad(to: width)
            let text = entry.summary.wrapped(to: max(16, columns - width))
            var lines: [StyledText] = []
            for (index, part) in text.enumerated() {
                if index > 0 { line.pad(to: width) }
                line.append(part)
                lines.append(line)
                line = StyledText()
            }
            guard !entry.form.isEmpty else { return lines }
            for part in entry.form.wrapped(to: max(16, columns - width)) {
                var form = StyledText()
                form.pad(to: width)
                form.append(part, .faint)
                lines.append(form)
            }
            return lines
        }
    }
}

extension String {
    /// Lines of at most `width` characters, broken at spaces; a longer word stands alone.
    fileprivate func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        return lines + [line]
    }
}
