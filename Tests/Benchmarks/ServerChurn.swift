import Foundation
import Stage

/// Adds and deletes servers over the Runtime API at an even pace, in small batches.
struct ServerChurn {
    let socket: String

    private static let batch = 20

    /// `count` servers come and go within `duration`; each is out of the rotation before it is deleted.
    func run(_ count: Int, over duration: Duration) async throws {
        let batches = max(1, count / Self.batch)
        let start = ContinuousClock.now
        for batch in 0..<batches {
            let names = (0..<Self.batch).map { "churn\(batch * Self.batch + $0)" }
            try send(
                names.flatMap { name in
                    // Nobody listens there: a server that takes no traffic still changes every table.
                    [
                        "add server out/\(name) 127.0.0.1:9 weight 0",
                        "set server out/\(name) state ready",
                    ]
                }
            )
            try send(
                names.flatMap { ["set server out/\($0) state maint", "del server out/\($0)"] }
            )
            let due = start + duration * Double(batch + 1) / Double(batches)
            try await Task.sleep(until: due, clock: .continuous)
        }
    }

    private func send(_ commands: [String]) throws {
        let reply = try RuntimeConsole.ask(commands.joined(separator: ";"), socket: socket)
        let words = ["rror", "nknown", "annot", "No such", "still", "invalid"]
        guard !words.contains(where: reply.contains) else {
            throw BenchFailure("a server could not come or go: \(reply.prefix(200))")
        }
    }
}
