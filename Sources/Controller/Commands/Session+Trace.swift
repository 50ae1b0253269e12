package import Desired
import Fleet
import FoundationEssentials
package import Model
package import Planning

/// Where one live server comes from: what runs, who asked for it, where and when.
package struct Trace: Hashable, Sendable, Encodable {
    /// What the proxy shows of the server.
    package struct Live: Hashable, Sendable, Encodable {
        package let address: String
        package let state: String
        package let health: String
        package let weight: Int
        package let id: Int
        package let sessions: Int?
        package let guid: String?
    }

    /// The line that asks for the server.
    package struct Declaration: Hashable, Sendable, Encodable {
        package let origin: Origin
        package let document: String
        /// `keyword value …`, every effective attribute.
        package let attributes: String
        package let commit: String?
        package let summary: String?
        package let author: String?
        /// ISO 8601, in UTC.
        package let date: String?
    }

    package let schema = 1
    package let fleet: String
    package let proxy: String
    package let server: String
    package let revision: String
    /// Nil when the proxy does not run it.
    package let live: Live?
    /// Nil when nobody declares it.
    package let declared: Declaration?
}

extension Session {
    /// `apus trace`: from a live server to the commit, author and line that asked for it.
    package func trace(proxy: String, server: String) async throws -> CommandStatus {
        let path = try Self.serverPath(server)
        let (state, loaded) = try await load(options.ref)
        let fleets = try options.selection.apply(to: state)
        guard let (fleet, target) = Self.find(proxy, in: fleets) else {
            let known = fleets.flatMap(\.proxies).map(\.name.text)
            console.fail(
                "\(source.name) declares no proxy \(VisibleText.quoted(proxy)); it knows \(known.sorted().prefix(10).joined(separator: ", "))"
            )
            return .error
        }
        let desired = fleet.backends.first { $0.name == path.backend }
        let wanted = desired?.servers.first { $0.name == path.server }
        let observer = Observer(transport: transport, clock: clock)
        let observed = try await observer.observe(target, ObservationScope(maps: []))
        let live = observed.backends[path.backend]?.servers[path.server]
        var declaration: Trace.Declaration?
        var excerpt: Excerpt?
        if let wanted {
            declaration = try await self.declaration(of: wanted, in: desired, loaded.revision)
            excerpt = try await source.excerpt(at: wanted.origin, loaded.revision)
        }
        let trace = Trace(
            fleet: fleet.name.text,
            proxy: target.name.text,
            server: path.description,
            revision: loaded.revision.commit,
            live: live.map(Trace.Live.init),
            declared: declaration
        )
        if options.format == .text {
            console.show(TraceDescription(trace, excerpt: excerpt).lines)
        } else {
            try show(json: trace)
        }
        return live == nil && wanted == nil ? .error : .ok
    }

    private static func serverPath(_ text: String) throws -> ServerPath {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let backend = try? BackendName(parts[0]),
            let server = try? ServerName(parts[1])
        else { throw UsageError("\(VisibleText.quoted(text)) is not BACKEND/SERVER") }
        return ServerPath(backend, server)
    }

    /// A proxy by its name, or `FLEET/PROXY` where several fleets have one of that name.
    private static func find(
        _ text: String,
        in fleets: [DesiredFleet]
    ) -> (DesiredFleet, ProxyTarget)? {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        let name = parts.last ?? ""
        for fleet in fleets where parts.count < 2 || fleet.name.text == parts[0] {
            if let target = fleet.proxies.first(where: { $0.name.text == name }) {
                return (fleet, target)
            }
        }
        return nil
    }

    private func declaration(
        of server: DesiredServer,
        in backend: DesiredBackend?,
        _ revision: Revision
    ) async throws -> Trace.Declaration {
        let change = try await source.lastChange(of: server.origin, at: revision)
        return Trace.Declaration(
            origin: server.origin,
            document: "Backend \(backend?.document ?? "")",
            attributes: server.attributes.command,
            commit: change?.revision.commit,
            summary: change?.revision.summary,
            author: change?.revision.author,
            date: change.map { Date(timeIntervalSince1970: Double($0.time)).ISO8601Format() }
        )
    }
}

extension Trace.Live {
    fileprivate init(_ server: ObservedServer) {
        address = server.endpoint?.description ?? "unknown"
        state = server.admin.rawValue
        health =
            switch server.operational {
            case .running: server.isChecked ? "up" : "not checked"
            case .stopped: "down"
            case .starting: "starting"
            case .stopping: "stopping"
            }
        weight = server.weight.value
        id = server.id
        sessions = server.currentSessions
        guid = server.guid
    }
}

/// A trace as a person reads it.
package struct TraceDescription: Sendable {
    private let trace: Trace
    private let excerpt: Excerpt?

    package init(_ trace: Trace, excerpt: Excerpt?) {
        self.trace = trace
        self.excerpt = excerpt
    }

    package var lines: [StyledText] {
        var title = StyledText(trace.server, .strong)
        title.append(" on \(trace.proxy) of fleet \(trace.fleet)")
        return [title, StyledText()] + live + declared
    }

    private var live: [StyledText] {
        guard let live = trace.live else {
            return [row("runs", "not on this proxy", .warning)]
        }
        let isServing = live.state == "ready" && live.health != "down"
        var line = row("runs", live.address, .strong)
        line.append("  \(live.state), \(live.health)", isServing ? .good : .warning)
        line.append(", weight \(live.weight), id \(live.id)")
        if let sessions = live.sessions {
            line.append(", \(sessions == 1 ? "1 session" : "\(sessions) sessions")")
        }
        return [line]
    }

    private var declared: [StyledText] {
        guard let declared = trace.declared else {
            return [
                row(
                    "declared",
                    "nowhere in \(trace.revision.prefix(7)): nobody asked for it",
                    .warning
                )
            ]
        }
        var lines = [row("declared", "\(declared.origin)", .note)]
        if let excerpt {
            var code = StyledText("            \(excerpt.line) │ ", .faint)
            code.append(excerpt.text)
            lines.append(code)
        }
        if !declared.attributes.isEmpty { lines.append(row("as", declared.attributes)) }
        guard let commit = declared.commit else {
            return lines + [row("commit", "none: read from files on disk", .faint)]
        }
        var line = row("commit", String(commit.prefix(7)), .note)
        line.append("  \(declared.summary ?? "")")
        lines.append(line)
        lines.append(row("by", "\(declared.author ?? "")  \(declared.date ?? "")"))
        return lines
    }

    private func row(_ title: String, _ text: String, _ role: StyledText.Role = .plain)
        -> StyledText
    {
        var line = StyledText("  ")
        line.append(title, .faint)
        line.pad(to: 12)
        line.append(text, role)
        return line
    }
}
