package import Model

/// `show info`: the process, as names and values in the proxy's order.
package struct InfoTable: Hashable, Sendable {
    package var entries: [InfoEntry]

    package init(entries: [InfoEntry] = []) { self.entries = entries }

    /// The value of a field, by HAProxy's name of it.
    package subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

    /// Tells one life of the process from another; nil without a pid.
    package var incarnation: Incarnation? {
        guard let pid = self["Pid"].flatMap({ Int($0) }) else { return nil }
        return Incarnation(pid: pid, startTime: self["Start_time_sec"].flatMap { Int($0) } ?? 0)
    }

    package var version: ProxyVersion? { self["Version"].flatMap { ProxyVersion(parsing: $0) } }

    /// An old worker that only finishes what it has.
    package var isStopping: Bool { self["Stopping"].map { $0 != "0" } ?? false }
}

/// One line of `show info`.
package struct InfoEntry: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
