package import Model

/// What the servers of one backend serve, and will after each change that is about to be made to them.
///
/// Built from a look at the proxy just before the changes are sent: a server that went down since the plan
/// was made counts for nothing.
package struct CapacityForecast: Sendable {
    private struct Server {
        var weight: Int
        var admin: AdminState
        /// Up, or not checked.
        var isUp: Bool
        var isBackup: Bool

        var serving: Int { admin == .ready && isUp && !isBackup ? weight : 0 }
    }

    private var servers: [ServerName: Server] = [:]
    /// Weight that takes traffic now.
    package private(set) var serving = 0

    /// From the servers as they were just seen.
    package init(_ observed: some Sequence<ObservedServer>) {
        for server in observed {
            let known = Server(
                weight: server.weight.value,
                admin: server.admin,
                // In maintenance everything is shown as stopped.
                isUp: server.operational != .stopped
                    || server.admin == .maint && !server.isChecked,
                isBackup: server.isBackup
            )
            servers[server.name] = known
            serving += known.serving
        }
    }

    /// Declared to take traffic, and down: what explains that too little is in service.
    package var down: [ServerName] {
        servers.keys.sorted().filter { name in
            servers[name].map { $0.admin == .ready && !$0.isUp && !$0.isBackup } ?? false
        }
    }

    /// How much less is in service after the change; negative when it is more.
    ///
    /// A server whose checks have not passed yet counts only when the proxy shows that they have.
    package mutating func loss(by change: Change) -> Int {
        guard let path = change.server else { return 0 }
        let before = servers[path.server]?.serving ?? 0
        switch change {
        case .addServer(_, _, _, let attributes):
            servers[path.server] = Server(
                weight: attributes.weight.value,
                admin: .maint,
                isUp: !attributes.isChecked,
                isBackup: attributes[.backup] != nil
            )
        case .setAdmin(_, _, let state): servers[path.server]?.admin = state
        case .setWeight(_, _, let weight): servers[path.server]?.weight = weight.value
        case .deleteServer: servers[path.server] = nil
        default: return 0
        }
        let loss = before - (servers[path.server]?.serving ?? 0)
        serving -= loss
        return loss
    }
}
