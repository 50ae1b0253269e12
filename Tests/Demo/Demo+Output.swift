import Foundation
import Stage

/// Why the demo cannot go on.
struct DemoFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension Demo {
    func heading(_ number: String, _ text: String) {
        print("\n\(screen.styled("\(number)  \(text)", .bold))")
    }

    func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "    \($0)" }
            .joined(separator: "\n")
            .trimmingCharacters(in: .newlines)
    }

    func milliseconds(_ duration: Duration) -> String {
        "\(Int((duration / .milliseconds(1)).rounded())) ms"
    }

    /// The changed lines of a diff, by file.
    func showDifference(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("+++ b/") {
                print("    \(screen.styled(String(line.dropFirst(6)), .bold))")
            } else if line.hasPrefix("+"), !line.hasPrefix("+++") {
                print("    \(screen.styled(String(line), .good))")
            } else if line.hasPrefix("-"), !line.hasPrefix("---") {
                print("    \(screen.styled(String(line), .bad))")
            }
        }
    }

    /// When each proxy was seen with the change and when apus had confirmed it; times in ms since 1970.
    func show(seen: [String: Double], confirmed: [String: Double], end: Double, since start: Double)
    {
        for proxy in fleet.proxies {
            let change = (seen[proxy.name] ?? start) - start
            let word = (confirmed[proxy.name] ?? end) - start
            let bar = Screen.bar(word, of: max(end - start, 1), width: 20)
            let padding = String(repeating: " ", count: max(0, 20 - bar.count))
            print(
                "    \(screen.styled(proxy.name, .name))  \(screen.styled(bar, .good))\(padding)"
                    + "  confirmed after \(Int(word.rounded())) ms   seen from outside \(Int(change.rounded())) ms"
            )
        }
        print(
            "    all of them confirmed after \(screen.styled("\(Int((end - start).rounded())) ms", .bold))"
        )
    }

    /// Requests a second of each server before and after a push.
    func show(before: [Int], after: [Int]) {
        var rows = [["requests a second", "before", "after"]]
        for (index, origin) in ExampleFleet.origins.enumerated() {
            let old = index < before.count ? before[index] : 0
            let new = index < after.count ? after[index] : 0
            if old + new > 0 { rows.append([origin.name, String(old), String(new)]) }
        }
        print("\n" + Screen.table(rows))
        let report = fleet.traffic.report
        print("    failed so far: \(report.failed) of \(report.completed + report.failed)")
    }

    /// The last lines, and the exit status.
    func close(_ verdict: Verdict) -> Int32 {
        let isFast = verdict.timedPush < Self.timedPushLimit
        let isWhole = verdict.failed == 0 && verdict.completed > 0
        heading("5", "Result")
        let push =
            "push → every proxy confirmed: \(Int(verdict.timedPush.rounded())) ms (limit 300)"
        let traffic = "\(verdict.failed) of \(verdict.completed + verdict.failed) requests failed"
        print("    \(mark(isFast)) \(push)")
        print("    \(mark(isWhole)) \(traffic)")
        print("    took \(milliseconds(ContinuousClock.now - start)); everything is stopped")
        return isFast && isWhole ? 0 : 1
    }

    private func mark(_ isGood: Bool) -> String {
        isGood ? screen.styled("✓", .good) : screen.styled("✗", .bad)
    }

    /// What went wrong, with what the programs said last.
    func explain(_ error: any Error) {
        print("\n    \(screen.styled("✗", .bad)) \(error)")
        var logs = fleet.proxies.map { ($0.name, $0.process.log) }
        if let controller = fleet.controller { logs.append(("apus run", controller.log)) }
        for (name, log) in logs where !log.isEmpty {
            print("\n    last lines of \(name):")
            print(indented(log.split(separator: "\n").suffix(12).joined(separator: "\n")))
        }
    }
}
