package import Model

/// What each proxy of a fleet was given: from which revision to restore it, and what is ours to remove.
///
/// Kept by `StateDatabase`. Losing it loses no correctness: marks on servers still tell ours from others'.
package struct Ledger: Hashable, Sendable, Codable {
    /// One proxy's line.
    package struct Entry: Hashable, Sendable, Codable {
        /// The process that was seen last; another one has lost its runtime state.
        package var incarnation: Incarnation
        /// The revision that was confirmed last.
        package var applied: Revision?
        /// Revisions tried since, which may have left something behind, the newest last.
        package var attempted: [Revision] = []
    }

    /// Attempts that are kept whatever they left, and those that are kept at all.
    package static let (unquestioned, limit) = (8, 64)

    /// By name.
    package private(set) var proxies: [String: Entry] = [:]

    package init() {}

    package subscript(_ proxy: ProxyName) -> Entry? { proxies[proxy.text] }

    /// Remembers that a revision is about to be rolled out to a process.
    package mutating func attempt(
        _ revision: Revision,
        on proxy: ProxyName,
        _ incarnation: Incarnation
    ) {
        var entry = proxies[proxy.text] ?? Entry(incarnation: incarnation)
        entry.incarnation = incarnation
        if entry.applied != revision, !entry.attempted.contains(revision) {
            entry.attempted = (entry.attempted + [revision]).suffix(Self.limit)
        }
        proxies[proxy.text] = entry
    }

    /// Forgets older attempts of which nothing is left on a proxy, so that those matter that left something.
    mutating func forget(_ revisions: Set<Revision>, on proxy: ProxyName) {
        proxies[proxy.text]?.attempted.removeAll { revisions.contains($0) }
    }

    /// Remembers that a proxy was seen to run a revision.
    package mutating func confirm(
        _ revision: Revision,
        on proxy: ProxyName,
        _ incarnation: Incarnation
    ) {
        var entry = Entry(incarnation: incarnation)
        entry.applied = revision
        proxies[proxy.text] = entry
    }

    /// Revisions whose declarations may live on a proxy, the confirmed one first.
    package func revisions(on proxy: ProxyName) -> [Revision] {
        guard let entry = self[proxy] else { return [] }
        return (entry.applied.map { [$0] } ?? []) + entry.attempted
    }

    /// Puts a line back that was read from the state file.
    mutating func restore(_ entry: Entry, of proxy: String) { proxies[proxy] = entry }
}

extension DesiredFleet {
    /// Everything that this fleet or `other` declared: what may be ours on a proxy given first one, then the other.
    package func declaring(also other: DesiredFleet) -> DesiredFleet {
        var union = self
        for backend in other.backends {
            guard let index = union.backends.firstIndex(where: { $0.name == backend.name }) else {
                union.backends.append(backend)
                continue
            }
            let known = Set(union.backends[index].servers.map(\.name))
            union.backends[index].servers += backend.servers.filter { !known.contains($0.name) }
            union.backends[index].servers.sort { $0.name < $1.name }
        }
        for map in other.maps {
            guard let index = union.maps.firstIndex(where: { $0.name == map.name }) else {
                union.maps.append(map)
                continue
            }
            let known = Set(union.maps[index].entries.map(\.key))
            union.maps[index].entries += map.entries.filter { !known.contains($0.key) }
        }
        for list in other.acls {
            guard let index = union.acls.firstIndex(where: { $0.name == list.name }) else {
                union.acls.append(list)
                continue
            }
            let known = Set(union.acls[index].patterns.map(\.text))
            union.acls[index].patterns += list.patterns.filter { !known.contains($0.text) }
        }
        let certificates = Set(union.certificates.map(\.name))
        union.certificates += other.certificates.filter { !certificates.contains($0.name) }
        for certificate in other.certificates where certificates.contains(certificate.name) {
            guard let index = union.certificates.firstIndex(where: { $0.name == certificate.name })
            else { continue }
            let lists = Set(union.certificates[index].lines.map(\.list))
            union.certificates[index].lines += certificate.lines.filter { !lists.contains($0.list) }
        }
        union.certificates.sort { $0.name < $1.name }
        union.backends.sort { $0.name < $1.name }
        union.maps.sort { $0.name < $1.name }
        return union
    }
}
