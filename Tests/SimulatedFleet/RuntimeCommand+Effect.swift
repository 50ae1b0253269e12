import RuntimeAPI

extension RuntimeCommand {
    /// Changes what the proxy does, as opposed to asking or to arranging the session.
    var isWrite: Bool {
        switch self {
        case .addServer, .deleteServer, .enableServer, .disableServer, .enableHealth,
            .disableHealth,
            .setServerState, .setServerWeight, .setServerAddress, .setServerHealth,
            .setServerCheckAddress,
            .setServerCheckPort, .setServerMaxconn, .shutdownServerSessions, .addMap,
            .addMapPayload, .setMap,
            .deleteMap, .clearMap, .prepareMap, .commitMap:
            true
        default: false
        }
    }
}
