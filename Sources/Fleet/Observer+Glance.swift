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
        var hasCertificates = known.digests.hasCertificates
        if digest != known.digests.total {
            let command = RuntimeCommand.showStateDigest(proxy: nil)
            let reply = try await client.replies(to: [(command, payload: nil)]).first
            guard let digests = try? StateDigestTable.parse(reply?.text ?? ""),
                let moved = MovedParts(from: known, to: digests)
            else { return try await readFresh(client, scope, memory) }
            proxy = try await read(moved, of: known.observed, client, memory)
            hasCertificates = digests.hasCertificates
            if moved.hasCertificates {
                proxy.certificates = try await certificates(client, known.scope, memory)
            }
            memory.remember(
                ObservationMemory.Known(observed: proxy, digests: digests, scope: known.scope),
                of: proxy.name
            )
        }
        proxy = try await addListsAndLimits(to: proxy, client, scope)
        // A proxy whose digest is not about certificates is asked every time.
        if !hasCertificates {
            proxy.certificates = try await certificates(client, scope, memory)
        }
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
        // What comes first is read while the proxy writes down the rest.
        let commands = moved.commands
        await client.post(commands)
        let lists = try await client.collected(moved.backends.count)
        if let complaint = client.complaint(about: commands, in: lists) { throw complaint }
        let guids: [[String]]
        do {
            guids = try lists.map { try ServerConfigTable.marks(in: $0.text) }
        } catch {
            throw client.unreadable(error)
        }
        let replies = try await client.collected(commands.count - lists.count)
        let tables = moved.backends.count * 2
        let others = commands[lists.count...].prefix(tables)
        if let complaint = client.complaint(about: others, in: replies) { throw complaint }
        var reading = ObservationReading(client, memory, known)
        do {
            for (index, backend) in moved.backends.enumerated() {
                let texts = replies.dropFirst(index * 2).prefix(2).map(\.text)
                reading.forget(backend)
                try reading.addServers(texts[0], stat: texts[1], own: guids[index])
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
    /// More than these are read at once with everything else.
    private static let limit = 64

    private(set) var backends: [BackendName] = []
    private(set) var maps: [PatternFileName] = []
    private(set) var hasCertificates = false

    /// Nil when reading everything is simpler: parts came or went, or many moved.
    init?(from known: ObservationMemory.Known, to digests: StateDigestTable) {
        let before = known.digests.rows
        guard before.count == digests.rows.count else { return nil }
        for (old, new) in zip(before, digests.rows) {
            guard old.kind == new.kind, old.name == new.name else { return nil }
            guard old.digest != new.digest else { continue }
            switch new.kind {
            case .process, .frontend, .acl: break
            case .certificates: hasCertificates = true
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

    /// One table of each backend, then two more of each, then the maps.
    var commands: [RuntimeClient.Command] {
        let first = backends.map { RuntimeCommand.showServersConfig(backend: $0.text) }
        let second = backends.flatMap { backend in
            [
                RuntimeCommand.showServersState(backend: backend.text),
                .showStat(Observer.servers(of: backend), .plain),
            ]
        }
        let last = maps.map { RuntimeCommand.showMap(PatternReference(name: $0.text)) }
        return (first + second + last).map { ($0, payload: nil) }
    }
}

extension RuntimeClient {
    /// The first error among replies that should be tables.
    fileprivate func complaint(
        about commands: some Sequence<Command>,
        in replies: [RuntimeReply]
    ) -> FleetError? {
        for (command, reply) in zip(commands, replies) {
            if let complaint = complaint(about: command.0, in: reply) { return complaint }
        }
        return nil
    }
}

extension ObservationMemory.Known {
    /// Whatever must be read again for this scope is in it.
    func covers(_ other: ObservationScope) -> Bool {
        Set(other.maps).isSubset(of: scope.maps) && coversCertificates(other)
    }

    /// Mostly it is the same scope again.
    private func coversCertificates(_ other: ObservationScope) -> Bool {
        if other.certificates != scope.certificates,
            !Set(other.certificates).isSubset(of: scope.certificates)
        {
            return false
        }
        return Set(other.certificateLists).isSubset(of: scope.certificateLists)
    }
}

extension StateDigestTable {
    fileprivate var hasCertificates: Bool { rows.contains { $0.kind == .certificates } }
}

extension ServerConfigTable {
    /// The marks of servers that Apus added, found without taking every line apart: there may be very many.
    ///
    /// A space within a word is escaped, so what is looked for is never a part of one.
    fileprivate static func marks(in text: String) throws(TableError) -> [String] {
        // Only its header is checked.
        _ = try parse(String(text.prefix { !$0.isNewline }))
        let (bytes, mark) = (Array(text.utf8), Array(" guid apus:".utf8))
        var marks: [String] = []
        var index = 0
        while index + mark.count <= bytes.count {
            guard bytes[index] == mark[0],
                bytes[index..<(index + mark.count)].elementsEqual(mark)
            else {
                index += 1
                continue
            }
            let start = index + " guid ".utf8.count
            let end =
                bytes[start...].firstIndex { $0 == mark[0] || $0 == UInt8(ascii: "\n") }
                ?? bytes.count
            marks.append(String(decoding: bytes[start..<end], as: UTF8.self))
            index = end
        }
        return marks
    }
}
