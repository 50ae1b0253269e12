import Model
import Planning
import RuntimeAPI

extension ApplyRun {
    /// A replacement deletes first; this finds out before whether the proxy takes what comes after.
    ///
    /// Each kind of new server is added once under a name of its own, where it is in maintenance and never
    /// serves, and deleted at once. Servers whose kind is refused are left as they are.
    mutating func rehearse() async throws {
        let groups = replacements()
        guard !groups.isEmpty else { return }
        let kinds = groups.keys.sorted { (groups[$0]?.first ?? 0) < (groups[$1]?.first ?? 0) }
        for kind in kinds {
            let commands = kind.commands
            let replies = await client.exchange(commands.map { ($0.command, payload: nil) })
            if let failure = replies.failure { throw failure }
            guard let add = commands.first, let reply = replies.answered.first,
                let words = add.complaint(in: reply), !words.contains("already used")
            else { continue }
            let error = client.rejection(of: add.command, words)
            for step in groups[kind] ?? [] { ledger.refuse(step, .failed(error)) }
        }
    }

    /// First steps of servers that are deleted and added again, by what is added.
    private func replacements() -> [Rehearsal: [Int]] {
        guard steps.contains(where: { $0.change.isServerDeletion }) else { return [:] }
        var first: [ServerPath: Int] = [:]
        var deleted: Set<ServerPath> = []
        var added: Set<ServerPath> = []
        var groups: [Rehearsal: [Int]] = [:]
        for step in steps {
            guard let path = step.change.server else { continue }
            if first[path] == nil { first[path] = step.id }
            switch step.change {
            case .deleteServer: deleted.insert(path)
            case .addServer(_, _, let endpoint, let attributes):
                added.insert(path)
                // A stand-in that serves already has shown that the proxy takes this kind.
                let isProven = ServerPath(path, suffix: "surge").map { added.contains($0) } ?? false
                guard deleted.contains(path), !isProven, let id = first[path],
                    let kind = Rehearsal(path, endpoint, attributes, client.capabilities)
                else { continue }
                groups[kind, default: []].append(id)
            default: break
            }
        }
        return groups
    }
}

/// A kind of server to be added for trial: equal kinds are tried once in a backend.
private struct Rehearsal: Hashable {
    private let path: ServerPath
    private let endpoint: Endpoint
    private let attributes: ServerAttributes
    private let marksWithGUID: Bool

    /// Nil when the name has no room for another suffix.
    init?(
        _ path: ServerPath,
        _ endpoint: Endpoint,
        _ attributes: ServerAttributes,
        _ capabilities: ProxyCapabilities
    ) {
        guard let trial = ServerPath(path, suffix: "trial") else { return nil }
        self.path = trial
        self.endpoint = endpoint
        var attributes = attributes
        attributes[.guid] = nil
        attributes[.weight] = nil
        self.attributes = attributes
        marksWithGUID = capabilities.hasGUID
    }

    /// Carries our mark, so that a later pass removes it should the second command be lost.
    var commands: [ChangeTranslation.Command] {
        let ring = ServerIdentity.preferredID(of: path)
        var attributes = attributes
        if marksWithGUID {
            attributes[.guid] = .word(ServerIdentity.guid(of: path, attributes: attributes))
        }
        let id = marksWithGUID ? ring : ServerIdentity.id(ring, carrying: 0)
        let add = Change.addServer(path, id: id, endpoint: endpoint, attributes: attributes)
        return ChangeTranslation.commands(for: add)
            + ChangeTranslation.commands(for: .deleteServer(path))
    }

    /// Servers of one backend with the same attributes are of one kind, wherever they listen.
    static func == (left: Self, right: Self) -> Bool {
        left.path.backend == right.path.backend && left.attributes == right.attributes
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(path.backend)
        hasher.combine(attributes)
    }
}

extension Change {
    fileprivate var isServerDeletion: Bool {
        if case .deleteServer = self { true } else { false }
    }
}

extension ServerPath {
    /// The same backend, another name; nil when it would be too long.
    fileprivate init?(_ path: ServerPath, suffix: String) {
        guard let name = try? ServerName("\(path.server).\(suffix)") else { return nil }
        self.init(path.backend, name)
    }
}
