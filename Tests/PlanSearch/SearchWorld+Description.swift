extension SearchWorld: CustomStringConvertible {
    /// Every server with what it is and what it is to be, and the map, a line each.
    package var description: String {
        let limits = backends.enumerated().map { index, backend in
            "backend \(index): minCapacity \(backend.minCapacity)%, "
                + "maxUnavailable \(backend.maxUnavailable)"
                + (backend.surges ? ", surges" : "")
                + (backend.isDynamic
                    ? ", \(start[backend: index]), to be \(backend.isDeclared ? "there" : "gone")"
                    : "")
        }
        let rows = serverIndices.map { index in
            let fixed = servers[index]
            let wish =
                fixed.standsInFor.map { "stands in for web\($0)" }
                ?? (fixed.isDeclared
                    ? "to be \(fixed.target), weight \(fixed.weightWanted)" : "not declared")
            return "web\(index) of backend \(fixed.backend)\(fixed.isChecked ? ", checked" : ""): "
                + "\(describe(start[server: index], weight: fixed.weightBefore)); \(wish)"
        }
        let keys = (0..<Self.keys).map { "key\($0) \(start[key: $0])→\(wanted($0))" }
        let map = "\(isAtomic ? "atomic " : "")map: " + keys.joined(separator: ", ")
        let kind = startsDown ? ["servers start down"] : []
        return (limits + rows + [map] + kind).map { "  \($0)\n" }.joined()
    }

    private func describe(_ server: ServerState, weight: Int) -> String {
        guard server.exists else { return "absent" }
        var words = ["\(server.mode)", server.isUp ? "up" : "down"]
        if !server.isProven { words.append("unproven") }
        if server.isDead { words.append("dead") }
        if server.isHealthOn { words.append("checks run") }
        if !server.hasWeight { words.append("weight \(weight)") }
        if !server.hasAddress { words.append("other address") }
        if !server.hasAttributes { words.append("other attributes") }
        if !server.hasMaxconn { words.append("other maxconn") }
        return words.joined(separator: ", ")
    }
}
