/// Waits for what should become true, never for a length of time.
package enum Deadline {
    /// What did not become true in time.
    package struct Missed: Error, CustomStringConvertible {
        package let description: String
    }

    /// Looks every few milliseconds until `condition` holds; throws after `limit`.
    package static func wait(
        for what: String,
        within limit: Duration = .seconds(10),
        every pause: Duration = .milliseconds(5),
        until condition: () throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            if try condition() { return }
            guard ContinuousClock.now < deadline else {
                throw Missed(description: "no \(what) in \(limit)")
            }
            try await Task.sleep(for: pause)
        }
    }
}

extension Deadline {
    /// Looks again and again at something that has to be awaited itself; throws after `limit`.
    package static func reach(
        _ what: String,
        within limit: Duration = .seconds(20),
        every pause: Duration = .milliseconds(20),
        until condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while !(try await condition()) {
            guard ContinuousClock.now < deadline else {
                throw Missed(description: "no \(what) in \(limit)")
            }
            try await Task.sleep(for: pause)
        }
    }
}
