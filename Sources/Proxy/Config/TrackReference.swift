import Model

/// What `track` names: `[backend/]server`.
package struct TrackReference: Hashable, Sendable {
    package let backend: String
    package let server: String

    /// A server without a backend is one of `own`.
    package init(_ text: String, in own: String) {
        guard let slash = text.firstIndex(of: "/") else {
            backend = own
            server = text
            return
        }
        backend = String(text[..<slash])
        server = String(text[text.index(after: slash)...])
    }

    package var path: String { "\(backend)/\(server)" }

    /// Finds a server of a backend: its attributes, and whether it was added while running.
    typealias Finder = (_ server: String) -> (attributes: ServerAttributes, isDynamic: Bool)?

    /// Why it cannot be tracked (`srv_apply_track`, HAProxy 2.6), or nil; chains are followed to their end.
    func mistake(in backends: (String) -> Finder?) -> String? {
        guard let servers = backends(backend) else {
            return "unable to find required proxy '\(backend)' for tracking."
        }
        guard let target = servers(server) else {
            return "unable to find required server '\(server)' for tracking."
        }
        if target.isDynamic { return "unable to use dynamic server \(path) for tracking." }
        let attributes = target.attributes
        if attributes[.agentCheck] == nil, !attributes.isChecked, attributes[.track] == nil {
            return
                "unable to use \(path) for tracking as it does not have any check nor agent enabled."
        }
        return nil
    }
}

extension ConfigParser {
    /// Every `track` names a server that is checked, and no chain of them ends where it began.
    mutating func settleTracking() {
        let servers = configuration.backends.map { backend in
            Dictionary(backend.servers.map { ($0.name, $0.attributes) }) { first, _ in first }
        }
        let numbers = backendNumbers
        let find: (String) -> TrackReference.Finder? = { backend in
            numbers[backend].map { number in
                { server in servers[number][server].map { ($0, false) } }
            }
        }
        for backend in configuration.backends {
            for server in backend.servers {
                guard let word = server.attributes.word(.track) else { continue }
                let reference = TrackReference(word, in: backend.name)
                let own = "\(backend.name)/\(server.name)"
                if let mistake = reference.mistake(in: find) {
                    report("'server \(own)' : \(mistake)", at: server.origin)
                } else if let loop = Self.loop(from: own, reference, find) {
                    report(
                        "'server \(own)' : unable to track \(reference.path) as it belongs to a tracking "
                            + "chain looping back to \(loop).",
                        at: server.origin
                    )
                }
            }
        }
    }

    /// Where a chain comes back to itself, or nil.
    private static func loop(
        from start: String,
        _ first: TrackReference,
        _ find: (String) -> TrackReference.Finder?
    ) -> String? {
        var seen: Set<String> = [start]
        var reference = first
        while seen.insert(reference.path).inserted {
            guard let found = find(reference.backend)?(reference.server),
                let word = found.attributes.word(.track)
            else { return nil }
            reference = TrackReference(word, in: reference.backend)
        }
        return reference.path
    }
}
