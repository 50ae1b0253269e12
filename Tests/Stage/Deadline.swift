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
