import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// Longest time that the proxy waits for us at once, so that other limits are kept about as well.
    private static var longestWait: Duration { .seconds(1) }

    /// Lets time pass before the next look.
    ///
    /// A proxy that has `wait` (3.0) does the waiting for the end of connections: it says so at once, and
    /// nothing is polled meanwhile. With more than one thing awaited it only ends the pause early.
    mutating func nap(for length: Duration) async throws {
        guard let (step, condition) = condition else {
            try await clock.sleep(for: length)
            return
        }
        let start = stopwatch.elapsed()
        let isAlone = waits.count == 1
        let wanted = isAlone ? max(length, min(Self.longestWait, remainder)) : length
        let time = Milliseconds(max(1, Int(wanted / .milliseconds(1))))
        let reply = try await client.replies(to: [(.wait(time, condition), payload: nil)]).first
        if reply?.text.hasPrefix("Done.") == true {
            calledRemovable.insert(step)
            return
        }
        // Its time is over, or it knows neither the condition nor the server any more.
        let left = length - (stopwatch.elapsed() - start)
        if left > .zero { try await clock.sleep(for: left) }
    }

    /// What the proxy can await for us, with the step that it is for.
    private var condition: (step: Int, WaitCondition)? {
        guard client.capabilities.hasWait else { return nil }
        for wait in waits where !calledRemovable.contains(wait.step) {
            let change = steps[wait.step - 1].change
            switch wait.kind {
            case .removable, .removableByForce: break
            case .deletion:
                guard case .deleteBackend(let name) = change else { break }
                return (wait.step, .backendRemovable(name.text))
            case .grace, .address, .settling, .up, .resting: continue
            }
            if let path = change.server {
                return (wait.step, .serverRemovable(ServerReference(path)))
            }
        }
        return nil
    }

    /// Until the wait that ends first runs out.
    private var remainder: Duration {
        let now = stopwatch.elapsed()
        return waits.map { max(.zero, limit(of: $0) - (now - $0.since)) }.min() ?? .zero
    }
}
