import Model

extension RuntimeService {
    /// What `http-check send-state` tells a server of itself (`httpchk_build_status_header`, HAProxy 2.6); empty
    /// where nothing is told.
    func stateText(of target: CheckTarget.ID) -> String {
        guard let (backend, server) = table.target(of: target),
            backend.configuration.check.script?.sendsState == true,
            target == server.checkID
        else { return "" }
        let counters = plane.counters(of: server.slot)
        let own = plane.counters(ofBackend: backend.number)
        let total = backend.usable.scaledWeight
        let scale = ServerRecord.fullWarmth
        var text = server.healthText
        text += "; address=\(server.endpoint.host); port=\(server.endpoint.port ?? 0)"
        text += "; name=\(backend.configuration.name)/\(server.name); node=\(configuration.node)"
        text += "; weight=\((server.scaledWeight + scale - 1) / scale)"
        text += "/\((total + scale - 1) / scale)"
        text += "; scur=\(counters.currentSessions)/\(own.currentSessions - own.queued)"
        text += "; qcur=\(counters.queued)"
        if server.operational == .starting {
            text += "; throttle=\(max(1, server.share(now: now)))%"
        }
        return text
    }
}

extension ServerRecord {
    /// Its health as checks are told.
    fileprivate var healthText: String {
        guard operational != .stopped else {
            return history.health == 0 ? "DOWN" : "DOWN \(history.progress)"
        }
        let word = operational == .stopping ? "NOLB" : "UP"
        return history.isFull ? word : "\(word) \(history.progress)"
    }
}
