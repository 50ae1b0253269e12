package import Model

extension RuntimeService {
    private static let pause = 1000

    /// Looks at the counters once a second; to be called at least as often.
    package func sampleRates(now: Milliseconds) {
        let elapsed = now.count - lastSample.count
        guard elapsed >= Self.pause else { return }
        lastSample = now
        for number in table.frontends.indices {
            let counters = plane.counters(ofFrontend: number)
            frontendRates[number].sessions.look(
                at: counters.totalSessions,
                after: elapsed,
                now: now
            )
            frontendRates[number].requests.look(at: counters.requests, after: elapsed, now: now)
        }
        let process = plane.processCounters()
        processRate.look(at: process.totalConnections, after: elapsed, now: now)
        for backend in table.backends {
            let sessions = plane.counters(ofBackend: backend.number).totalSessions
            backend.sessions.look(at: sessions, after: elapsed, now: now)
            for server in backend.servers {
                let sessions = plane.totalSessions(of: server.slot)
                server.sessions.look(at: sessions, after: elapsed, now: now)
            }
        }
    }

    /// Lets maxima begin anew.
    func clearRates() {
        processRate.clear()
        for number in frontendRates.indices {
            frontendRates[number].sessions.clear()
            frontendRates[number].requests.clear()
        }
        for backend in table.backends {
            backend.sessions.clear()
            for server in backend.servers { server.sessions.clear() }
        }
    }
}
