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

    /// Requests of each server in the two seconds before the push and after its convergence.
    func showServers(before: TrafficReport, after: TrafficReport) {
        let old = before.answersByOrigin
        let new = after.answersByOrigin
        var rows = [["requests served by", "before", "after"]]
        for (index, origin) in ExampleFleet.origins.enumerated() {
            let pair = (index < old.count ? old[index] : 0, index < new.count ? new[index] : 0)
            if pair != (0, 0) { rows.append([origin.name, String(pair.0), String(pair.1)]) }
        }
        print("\n" + Screen.table(rows))
        let slow = Double(after.latency(at: 0.99)) / 1000
        print(
            "    99 of 100 answers within \(String(format: "%.1f", slow)) ms; failed so far: \(fleet.traffic.report.failed)"
        )
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
