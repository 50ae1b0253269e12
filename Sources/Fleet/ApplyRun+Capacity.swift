import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// Some of these steps take weight out of a backend that must keep some.
    func takesWeight(_ ids: [Int]) -> Bool {
        !floors.isEmpty && ids.contains { floored($0) != nil }
    }

    /// Looks at what is in service now, and says which of these steps would leave too little, and why.
    ///
    /// From the first such step of the plan on nothing more is taken out of that backend: whatever went down since the
    /// plan was made, it is for a new plan to decide what can go instead.
    mutating func overdrawn(_ ids: [Int]) async throws -> [Int: String] {
        guard takesWeight(ids) else { return [:] }
        var forecasts = try await forecasts(of: Set(ids.compactMap { floored($0) }))
        var refused: [Int: String] = [:]
        for id in ids {
            let change = steps[id - 1].change
            guard let backend = change.server?.backend, let floor = floors[backend],
                let now = forecasts[backend]
            else { continue }
            var then = now
            let isHalted = halted[backend].map { $0 < id } ?? false
            guard then.loss(by: change) > 0, then.serving < floor || isHalted else {
                forecasts[backend] = then
                continue
            }
            halted[backend] = min(id, halted[backend] ?? id)
            refused[id] = Self.words(change, now, then, floor)
        }
        return refused
    }

    /// The backend that the step may take weight out of, if it must keep some.
    private func floored(_ id: Int) -> BackendName? {
        let backend: BackendName
        switch steps[id - 1].change {
        case .setAdmin(let path, let from, let state):
            guard state != .ready, from == nil || from == .ready else { return nil }
            backend = path.backend
        case .setWeight(let path, let from, let weight):
            guard weight < from else { return nil }
            backend = path.backend
        default: return nil
        }
        return floors[backend] == nil ? nil : backend
    }

    private func forecasts(
        of backends: Set<BackendName>
    ) async throws -> [BackendName: CapacityForecast] {
        let names = backends.sorted()
        let commands = names.map { name -> RuntimeClient.Command in
            (.showServersState(backend: name.text), payload: nil)
        }
        let replies = try await client.replies(to: commands)
        var forecasts: [BackendName: CapacityForecast] = [:]
        do {
            for (name, reply) in zip(names, replies) {
                let servers = try ServerStateTable.parse(reply.text).rows.compactMap { row in
                    guard let server = try? ServerName(row.serverName) else {
                        return ObservedServer?.none
                    }
                    var observed = ObservedServer(name: server, row)
                    observed.isBackup = backups.contains(ServerPath(name, server))
                    return observed
                }
                forecasts[name] = CapacityForecast(servers)
            }
        } catch {
            throw client.error(.unreadable("\(error)"))
        }
        return forecasts
    }

    private static func words(
        _ change: Change,
        _ now: CapacityForecast,
        _ then: CapacityForecast,
        _ floor: Int
    ) -> String {
        let name = change.server.map { "\($0.server)" } ?? ""
        let backend = change.server.map { "\($0.backend)" } ?? ""
        let down = now.down.prefix(5).map(\.text).joined(separator: ", ")
        let more = now.down.count > 5 ? " and \(now.down.count - 5) more" : ""
        let cause =
            down.isEmpty
            ? "less is in service than when the plan was made"
            : "down since the plan was made: \(down)\(more)"
        return "backend \(backend): without \(name) \(then.serving) of \(now.serving) would be in "
            + "service, and the plan keeps \(floor); \(cause)"
    }
}
