import Model
import Planning
import RuntimeAPI

extension Observer {
    /// Reads the digest, and the tables of what moved; everything where the proxy or the memory cannot tell.
    static func glance(
        _ client: RuntimeClient,
        _ scope: ObservationScope,
        _ memory: ObservationMemory?
    ) async throws(FleetError) -> Observation {
        guard let memory, let digest = client.digest,
            let known = memory.known(client.target.name), known.covers(scope)
        else { return try await readFresh(client, scope, memory) }
        var proxy = known.observed
        if digest != known.digests.total {
            let command = RuntimeCommand.showStateDigest(proxy: nil)
            let reply = try await client.replies(to: [(command, payload: nil)]).first
            guard let digests = try? StateDigestTable.parse(reply?.text ?? ""),
                let moved = MovedParts(from: known, to: digests)
            else { return try await readFresh(client, scope, memory) }
            proxy = try await read(moved, of: known.observed, client, memory)
            memory.remember(
                ObservationMemory.Known(observed: proxy, digests: digests, scope: known.scope),
                of: proxy.name
            )
        }
        proxy = try await addListsAndLimits(to: proxy, client, scope)
        return Observation(proxy: proxy, isFresh: false)
    }

    private static func readFresh(
        _ client: RuntimeClient,
        _ scope: ObservationScope,
        _ memory: ObservationMemory?
    ) async throws(FleetError) -> Observation {
        Observation(proxy: try await read(client, scope, memory), isFresh: true)
    }

    private static func read(
        _ moved: MovedParts,
        of known: ObservedProxy,
        _ client: RuntimeClient,
        _ memory: ObservationMemory
    ) async throws(FleetError) -> ObservedProxy {
        let commands = moved.commands
        let replies = try await client.replies(to: commands)
        let tables = moved.backends.count * MovedParts.tables
        for (command, reply) in zip(commands[..<tables], replies) {
            if let complaint = client.complaint(about: command.0, in: reply) { throw complaint }
        }
        var reading = ObservationReading(client, memory, known)
        do {
            for (index, backend) in moved.backends.enumerated() {
                let texts = replies[(index * MovedParts.tables)...].prefix(MovedParts.tables)
                    .map(\.text)
                reading.forget(backend)
                let guids = try ServerConfigTable.parse(texts[2]).guids
                try reading.addServers(texts[0], stat: texts[1], own: guids)
            }
            for (map, reply) in zip(moved.maps, replies[tables...]) {
                try reading.addMap(map, reply)
            }
        } catch {
            throw client.unreadable(error)
        }
        return reading.proxy
    }
}

/// The backends and maps whose digests differ.
private struct MovedParts {
    /// Tables of one backend.
    static let tables = 3
    /// More than these are read at once with everything else.
    private static let limit = 64

    private(set) var backends: [BackendName] = []
    private(set) var maps: [PatternFileName] = []

    /// Nil when reading everything is simpler: parts came or went, or many moved.
    init?(from known: ObservationMemory.Known, to digests: StateDigestTable) {
        let before = known.digests.rows
        guard before.count == digests.rows.count else { return nil }
        for (old, new) in zip(before, digests.rows) {
            guard old.kind == new.kind, old.name == new.name else { return nil }
            guard old.digest != new.digest else { continue }
            switch new.kind {
            case .process, .frontend, .acl: break
            case .backend:
                guard let name = try? BackendName(new.name) else { continue }
                // What was made at runtime can be unpublished, or made anew.
                let known = known.observed.backends[name]
                guard known?.guid == nil, known?.isPublished == true else { return nil }
                backends.append(name)
            case .map:
                guard let name = try? PatternFileName(new.name), known.scope.maps.contains(name)
                else { continue }
                maps.append(name)
            }
        }
        if backends.count + maps.count > Self.limit { return nil }
    }

    /// Three tables of each backend, then the maps.
    var commands: [RuntimeClient.Command] {
        backends.flatMap { backend in
            [
                RuntimeCommand.showServersState(backend: backend.text),
                .showStat(Observer.servers(of: backend), .plain),
                .showServersConfig(backend: backend.text),
            ].map { ($0, payload: nil) }
        }
            + maps.map { (.showMap(PatternReference(name: $0.text)), payload: nil) }
    }
}

extension ObservationMemory.Known {
    /// Whatever must be read again for this scope is in it.
    func covers(_ other: ObservationScope) -> Bool {
        Set(other.maps).isSubset(of: scope.maps)
    }
}

extension ServerConfigTable {
    /// The marks of servers that Apus added.
    fileprivate var guids: [String] {
        rows.compactMap { row in
            guard let index = row.arguments.firstIndex(of: "guid"),
                index + 1 < row.arguments.count, row.arguments[index + 1].hasPrefix("apus:")
            else { return nil }
            return row.arguments[index + 1]
        }
    }
}
