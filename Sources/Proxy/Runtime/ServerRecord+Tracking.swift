import Model
import RuntimeAPI

/// `track`: a server takes its state from another one, which is checked (`srv_set_stopped` and its like, HAProxy 2.6).
extension ServerRecord {
    /// A server that follows another's state, with its backend.
    struct Tracker {
        let server: ServerRecord
        let backend: BackendRecord
    }

    /// The server at the end of the chain: the one that is checked.
    var watched: ServerRecord {
        var server = self
        while let next = server.tracked { server = next }
        return server
    }

    /// Becomes what the tracked server is, as far as nobody asked for something else.
    func follow(now: Milliseconds) {
        guard let tracked else { return }
        let wasInMaintenance = isInMaintenance
        adminBits &=
            ~(ServerStateRow.Admin.inheritedMaintenance
            | ServerStateRow.Admin.inheritedDrain)
        if tracked.isInMaintenance { adminBits |= ServerStateRow.Admin.inheritedMaintenance }
        if tracked.isDraining { adminBits |= ServerStateRow.Admin.inheritedDrain }
        settleMaintenance(wasIn: wasInMaintenance, now: now)
        guard !isInMaintenance else { return }
        switch tracked.operational {
        case .stopped: stop(now: now)
        case .stopping: drain(now: now)
        case .running, .starting: run(now: now)
        }
    }
}

extension BackendTable {
    /// Why a server of a backend cannot track what it names (`srv_apply_track`, HAProxy 2.6), or nil.
    func mistake(inTracking word: String, by backend: BackendRecord) -> String? {
        TrackReference(word, in: backend.configuration.name).mistake { name in
            guard let backend = self.backendsByName[name] else { return nil }
            return { server in
                backend.server(named: server).map { ($0.attributes, $0.isDynamic) }
            }
        }
    }

    /// Lets a server with `track` follow the one it names from now on.
    func link(_ server: ServerRecord, of backend: BackendRecord, now: Milliseconds) {
        guard let word = server.attributes.word(.track) else { return }
        let reference = TrackReference(word, in: backend.configuration.name)
        guard
            let target = backendsByName[reference.backend]?.server(named: reference.server),
            target !== server
        else { return }
        server.tracked = target
        server.trackedPath = reference.path
        target.trackers.append(.init(server: server, backend: backend))
        server.follow(now: now)
        backend.touch(server)
    }

    /// Ends what `link` began.
    func unlink(_ server: ServerRecord) {
        server.tracked?.trackers.removeAll { $0.server === server }
        server.tracked = nil
    }

    /// Every server that tracks becomes what the tracked one is; after a state was restored as a whole.
    func followAll(now: Milliseconds) {
        for backend in backends {
            for server in backend.servers where server.watched === server {
                followTrackers(of: server, now: now)
            }
        }
    }

    private func followTrackers(of server: ServerRecord, now: Milliseconds) {
        for tracker in server.trackers {
            follow(tracker.server, of: tracker.backend, now: now)
            followTrackers(of: tracker.server, now: now)
        }
    }

    /// Lets a server become what the one it tracks is.
    func follow(_ server: ServerRecord, of backend: BackendRecord, now: Milliseconds) {
        saveUndo(of: server, in: backend)
        server.follow(now: now)
        backend.touch(server)
        noteWarming(server, of: backend)
    }

    // MARK: Starting slowly

    /// Remembers a server whose weight has to be stepped up.
    func noteWarming(_ server: ServerRecord, of backend: BackendRecord) {
        guard server.operational == .starting, !server.isWarming else { return }
        server.isWarming = true
        warming.append(.init(server: server, backend: backend))
    }

    /// Steps the weights up of servers that start.
    func warmUp(now: Milliseconds) {
        guard !warming.isEmpty else { return }
        self.now = now
        for entry in warming where entry.server.warmUp(now: now) {
            entry.backend.touch(entry.server)
        }
        warming.removeAll { entry in
            let isDone = entry.server.operational != .starting || entry.server.isDeleted
            if isDone { entry.server.isWarming = false }
            return isDone
        }
    }
}
