package import Model

/// Somebody ordered that something is left alone, until it is resumed or its time is up.
package struct Suspension: Hashable, Sendable, Codable, Identifiable {
    /// What is left alone: a whole fleet, or one proxy, backend or server of it.
    package struct Scope: Hashable, Sendable, Codable, CustomStringConvertible {
        package let fleet: FleetName
        package var proxy: ProxyName?
        package var backend: BackendName?
        package var server: ServerName?

        package init(
            fleet: FleetName,
            proxy: ProxyName? = nil,
            backend: BackendName? = nil,
            server: ServerName? = nil
        ) {
            self.fleet = fleet
            self.proxy = proxy
            self.backend = backend
            self.server = server
        }

        package var description: String {
            var text = "fleet \(fleet)"
            if let proxy { text += ", proxy \(proxy)" }
            if let backend {
                text += server.map { ", server \(backend)/\($0)" } ?? ", backend \(backend)"
            }
            return text
        }
    }

    /// Zero until it is written.
    package var id = 0
    package let scope: Scope
    package let reason: String
    package let actor: String
    /// Milliseconds since 1970.
    package var created = 0
    /// Milliseconds since 1970; nil until somebody resumes it.
    package let expires: Int?

    package init(_ scope: Scope, reason: String, actor: String, expires: Int?) {
        self.scope = scope
        self.reason = reason
        self.actor = actor
        self.expires = expires
    }

    /// The sentence a person reads where the suspension keeps something from happening.
    package var sentence: String { "suspended by \(actor): \(reason)" }
}

/// A fleet is kept at a revision, whatever the repository says, until it is unpinned.
package struct Pin: Hashable, Sendable, Codable {
    package let fleet: FleetName
    package let revision: Revision
    package let reason: String
    package let actor: String
    /// Milliseconds since 1970.
    package var created = 0

    package init(fleet: FleetName, revision: Revision, reason: String, actor: String) {
        self.fleet = fleet
        self.revision = revision
        self.reason = reason
        self.actor = actor
    }
}

/// A rollout that was stopped: its revision is not tried again until it changes or someone says so.
package struct Halt: Hashable, Sendable, Codable {
    package let fleet: FleetName
    package let revision: Revision
    package let message: String
    /// Milliseconds since 1970.
    package var created = 0

    package init(fleet: FleetName, revision: Revision, message: String) {
        self.fleet = fleet
        self.revision = revision
        self.message = message
    }
}

/// Somebody allows one plan what one policy denies, for some time.
package struct Acknowledgement: Hashable, Sendable, Codable, Identifiable {
    /// Zero until it is written.
    package var id = 0
    package let policy: String
    /// Digest of the plan it is bound to.
    package let plan: String
    package let reason: String
    package let actor: String
    /// Milliseconds since 1970.
    package var created = 0
    package let expires: Int

    package init(policy: String, plan: String, reason: String, actor: String, expires: Int) {
        self.policy = policy
        self.plan = plan
        self.reason = reason
        self.actor = actor
        self.expires = expires
    }
}
