import Model
import Planning

/// What `apus history` prints: a line a pass, newest first; or one pass with everything that was sent.
struct HistoryDescription {
    let now: WallTime
    let columns: Int

    func lines(_ passes: [PassRecord]) -> [StyledText] {
        guard !passes.isEmpty else {
            return [StyledText("No pass has changed anything yet.", .faint)]
        }
        var head = StyledText()
        for (title, column) in [
            ("pass", 0), ("when", 7), ("fleet", 18), ("revision", 32), ("why", 42),
        ] {
            head.pad(to: column)
            head.append(title, .faint)
        }
        return [head] + passes.flatMap(describe)
    }

    private func describe(_ pass: PassRecord) -> [StyledText] {
        var line = StyledText("\(pass.id)", .strong)
        line.pad(to: 7)
        line.append("\(WallTime(pass.begun).distance(to: now)) ago", .faint)
        line.pad(to: 18)
        line.append("\(pass.fleet)")
        line.pad(to: 32)
        line.append(pass.revision.description, .note)
        line.pad(to: 42)
        line.append("\(pass.cause.rawValue) by \(pass.actor)  ")
        let result = pass.result?.rawValue ?? "under way"
        line.append(result, pass.result == .converged ? .good : .warning)
        if let ended = pass.ended {
            line.append("  \(Duration.milliseconds(max(0, ended - pass.begun)).brief)", .faint)
        }
        let texts = [pass.summary, pass.message].filter { !$0.isEmpty }
        return [line]
            + texts.flatMap { text in
                let words = text.split(separator: " ").map { StyledText(String($0), .faint) }
                return StyledText("       ").wrapping(words, indent: 7, columns: columns)
            }
    }

    func lines(_ proxies: [PassRecord.Application], _ operations: [PassRecord.Operation])
        -> [StyledText]
    {
        let steps = Dictionary(grouping: operations, by: \.proxy)
        return proxies.flatMap { proxy in
            var head = StyledText("  \(proxy.proxy)", .strong)
            head.append("  \(proxy.outcome ?? "not known")")
            head.append("  \(count(proxy.operations, "step"))  \(proxy.message)", .faint)
            let sent = steps[proxy.proxy] ?? []
            let note = StyledText("    too many to be kept one by one", .faint)
            return [head] + (sent.isEmpty && proxy.operations > 0 ? [note] : sent.flatMap(describe))
        }
    }

    private func describe(_ operation: PassRecord.Operation) -> [StyledText] {
        var line = StyledText("    \(operation.step)", .faint)
        line.pad(to: 9)
        line.append(
            operation.result == nil ? "✓ " : "✗ ",
            operation.result == nil ? .added : .warning
        )
        // One that a newer apus wrote is shown as it was written.
        let change: Change? = try? StateDatabase.decoded(operation.change)
        var words = (change?.words ?? operation.change).split(separator: " ")
            .map { StyledText(String($0)) }
        if let result = operation.result {
            words += result.split(separator: " ").map { StyledText(String($0), .warning) }
        }
        words.append(StyledText("(\(operation.origin))", .faint))
        return line.wrapping(words, indent: 11, columns: columns)
    }
}
