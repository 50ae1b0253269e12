import Model

/// Which server attributes exclude or need one another (HAProxy 2.5 to 3.5, `src/server.c`).
struct AttributeRules {
    let backend: BackendName

    /// A pair that every proxy refuses, and the words to say so.
    private static let exclusive: [(ServerAttribute, ServerAttribute)] = [
        (.check, .track), (.initState, .track), (.renegotiate, .noRenegotiate),
    ]

    /// The first is useless or refused without the second.
    private static let needed: [(ServerAttribute, ServerAttribute)] = [
        (.agentCheck, .agentPort), (.usesrc, .source), (.errorLimit, .observe),
        (.onError, .observe),
        (.verifyhost, .verify),
    ]

    /// At most 20 mistakes: what servers share is told once, at the first of them.
    func mistakes(in servers: [DesiredServer], sharing shared: ServerAttributes) -> [Diagnostic] {
        var found: [Diagnostic] = []
        var seen: Set<String> = []
        let isSharedRight = complaints(about: shared).isEmpty
        for server in servers where found.count < 20 {
            guard !isSharedRight || server.attributes != shared else { continue }
            for complaint in complaints(about: server.attributes)
            where seen.insert(complaint).inserted {
                let context = "in server \(server.name) of backend \(backend)"
                found.append(Diagnostic(at: server.origin, complaint, context: context))
            }
        }
        return found
    }

    /// Servers that track another, the first of each that is tracked.
    func tracking(in servers: [DesiredServer], sharing shared: ServerAttributes) -> [DesiredServer]
    {
        var seen: Set<String> = []
        let isSharedQuiet = shared.word(.track) == nil
        return servers.filter { server in
            if isSharedQuiet, server.attributes == shared { return false }
            guard let text = server.attributes.word(.track) else { return false }
            return seen.insert(text).inserted
        }
    }

    private func complaints(about attributes: ServerAttributes) -> [String] {
        guard !attributes.isEmpty else { return [] }
        var complaints: [String] = []
        for (one, other) in Self.exclusive where attributes[one] != nil && attributes[other] != nil
        {
            complaints.append("\(one.keyword) and \(other.keyword) exclude each other")
        }
        for (one, other) in Self.needed where attributes[one] != nil && attributes[other] == nil {
            complaints.append("\(one.keyword) needs \(other.keyword)")
        }
        if let least = attributes.integer(.minconn), let most = attributes.integer(.maxconn),
            most > 0, least > most
        {
            complaints.append("minconn \(least) is above maxconn \(most)")
        }
        return complaints
    }
}
