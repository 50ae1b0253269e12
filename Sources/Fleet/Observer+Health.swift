package import Model
package import Planning
import RuntimeAPI

extension Observer {
    /// How a proxy's servers fare, by one `show stat`.
    package func health(of target: ProxyTarget) async throws(FleetError) -> HealthSample {
        let client = try await RuntimeClient.open(
            target,
            over: transport,
            clock: clock,
            limits: limits,
            tried: "looking at its health"
        )
        var filter = StatFilter()
        filter.types = 2 | 4
        let replies = await client.exchange([(.showStat(filter, .plain), payload: nil)])
        await client.close()
        if let failure = replies.failure { throw failure }
        do {
            return try Self.healthSample(replies.answered.first?.text ?? "")
        } catch {
            throw client.error(.unreadable("\(error)"))
        }
    }

    /// Counts what `show stat` prints for backends and servers.
    static func healthSample(_ text: String) throws(TableError) -> HealthSample {
        let wanted: Set<StatField> = [
            .proxyName, .serverName, .status, .type, .stot, .reqTot, .hrsp5xx, .econ, .eresp,
        ]
        var sample = HealthSample()
        for row in try StatTable.parse(text, keeping: wanted).rows {
            guard let name = row.text(.proxyName).flatMap({ try? BackendName($0) }) else {
                continue
            }
            switch row.kind {
            case .backend?:
                sample.backends[name, default: .init()].requests =
                    row.number(.reqTot) ?? row.number(.stot) ?? 0
                sample.backends[name, default: .init()].errors =
                    (row.number(.hrsp5xx) ?? 0) + (row.number(.econ) ?? 0)
                    + (row.number(.eresp) ?? 0)
            case .server?:
                sample.backends[name, default: .init()].servers += 1
                guard row.text(.status)?.hasPrefix("DOWN") == true,
                    let server = row.text(.serverName).flatMap({ try? ServerName($0) })
                else { continue }
                sample.backends[name, default: .init()].down.insert(server)
            default: break
            }
        }
        return sample
    }
}
