package import Model

/// What servers that a plan changes carried, when it was made, as the mark of attributes that proxies do not show.
///
/// Kept with the plan so that a stale one can say that these moved, and from what.
package struct HiddenAttributes: Hashable, Sendable, Codable {
    /// Sorted.
    package let servers: [ServerPath]
    /// In hexadecimal: the digest in the guid, or ten bits of it where it is in the id.
    package let mark: String
    /// What the mark stands for, if it is what the documents say; nil where it is something else.
    package let attributes: ServerAttributes?

    package init(servers: [ServerPath], mark: String, attributes: ServerAttributes?) {
        self.servers = servers
        self.mark = mark
        self.attributes = attributes
    }

    /// Those of servers that are there and carry a mark, alike ones together, in the order of their first server.
    static func of(
        _ servers: [ServerPath],
        in observed: ObservedProxy,
        declared: (ServerPath) -> ServerAttributes?
    ) -> [HiddenAttributes] {
        var order: [Key] = []
        var groups: [Key: [ServerPath]] = [:]
        for path in servers {
            guard let live = observed.backends[path.backend]?.servers[path.server],
                let mark = Mark(live)
            else { continue }
            let hidden = declared(path)?.hidden
            let key = Key(
                mark: mark,
                attributes: hidden.flatMap { mark.stands(for: $0) ? $0 : nil }
            )
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(path)
        }
        return order.map { key in
            HiddenAttributes(
                servers: groups[key] ?? [],
                mark: key.mark.text,
                attributes: key.attributes
            )
        }
    }

    private struct Key: Hashable {
        let mark: Mark
        let attributes: ServerAttributes?
    }
}

extension HiddenAttributes {
    /// The digest that a server carries, wherever its proxy has room for it.
    struct Mark: Hashable {
        private let digest: UInt64
        private let isWhole: Bool

        /// Nil for a server that carries none.
        init?(_ server: ObservedServer) {
            if let digest = server.guid.flatMap(ServerIdentity.digest(inGUID:)) {
                (self.digest, isWhole) = (digest, true)
            } else if let bits = ServerIdentity.digest(inID: server.id) {
                (digest, isWhole) = (bits, false)
            } else {
                return nil
            }
        }

        var text: String { QuotedText.hexadecimal(digest, digits: isWhole ? 16 : 3) }

        func stands(for attributes: ServerAttributes) -> Bool {
            let wanted = ServerIdentity.digest(of: attributes)
            return digest == (isWhole ? wanted : wanted & 0x3ff)
        }
    }
}

extension ServerAttributes {
    /// Without those that can be changed on a living server, and without what says which server it is.
    package var hidden: ServerAttributes {
        var hidden = self
        for pair in sorted where pair.attribute.mutability != .replace {
            hidden[pair.attribute] = nil
        }
        return hidden
    }
}
