import FoundationEssentials

/// What `apus run` said, read from its JSON log.
package struct ControllerLog: Sendable {
    /// One line.
    package struct Event: Sendable {
        package let message: String
        /// Milliseconds since 1970.
        package let time: Double
        package let fields: [String: String]
    }

    package let events: [Event]

    /// Reads every whole line; other lines are skipped.
    package init(_ text: String) {
        let decoder = JSONDecoder()
        events = text.split(separator: "\n").compactMap { line in
            guard let fields = try? decoder.decode([String: String].self, from: Data(line.utf8)),
                let message = fields["message"], let time = fields["time"].flatMap(Double.init)
            else { return nil }
            return Event(message: message, time: time, fields: fields)
        }
    }

    /// When apus confirmed a commit on the whole fleet, if it did.
    package func convergence(on commit: String) -> Event? {
        events.last { event in
            guard event.message == "fleet converged", let revision = event.fields["revision"] else {
                return false
            }
            return commit.hasPrefix(revision.prefix(7))
        }
    }

    /// When apus confirmed each proxy for the last time between two moments, by name.
    package func confirmations(after start: Double, until end: Double) -> [String: Double] {
        var times: [String: Double] = [:]
        for event in events
        where event.message == "proxy converged" && event.time >= start && event.time <= end {
            if let proxy = event.fields["proxy"] { times[proxy] = event.time }
        }
        return times
    }
}
