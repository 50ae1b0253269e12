import Model

/// Digests the observed fields of the objects that a plan changes: what must still hold when it is applied.
struct BaseDigest {
    let observed: ObservedProxy
    private var hash = StableHash()

    init(_ observed: ObservedProxy) { self.observed = observed }

    /// The digest in hexadecimal.
    static func of(_ steps: [Step], in observed: ObservedProxy) -> String {
        var digest = BaseDigest(observed)
        digest.combineServers(servers(of: steps))
        digest.combineBackends(of: steps)
        digest.combineMaps(of: steps)
        digest.combineOthers(of: steps)
        digest.combineCertificates(of: steps)
        return String(digest.hash.value, radix: 16)
    }

    /// Each once, sorted; mostly the steps are in that order.
    static func servers(of steps: [Step]) -> [ServerPath] {
        var paths: [ServerPath] = []
        var isSorted = true
        for step in steps {
            guard let path = step.change.server else { continue }
            guard let last = paths.last else {
                paths.append(path)
                continue
            }
            if last == path { continue }
            if path < last { isSorted = false }
            paths.append(path)
        }
        return isSorted ? paths : Set(paths).sorted()
    }

    private mutating func combineServers(_ paths: [ServerPath]) {
        for path in paths {
            hash.combine(path.description)
            guard let server = observed.backends[path.backend]?.servers[path.server] else {
                hash.combine("absent")
                continue
            }
            hash.combine(server.endpoint?.description ?? "")
            hash.combine(server.admin.rawValue)
            hash.combine(server.guid ?? "")
            hash.combine(server.checkAddress ?? "")
            hash.combine(server.agentAddress ?? "")
            let numbers = [
                server.id, server.weight.value, server.maxconn ?? -1, server.checkPort ?? -1,
                server.agentPort ?? -1,
            ]
            for number in numbers { hash.combine(String(number)) }
            for flag in [server.isChecked, server.isCheckEnabled, server.isBackup] {
                hash.combine(flag ? 1 : 0)
            }
        }
    }

    private mutating func combineBackends(of steps: [Step]) {
        for name in Set(steps.compactMap(\.change.backend)).sorted() {
            hash.combine(name.text)
            guard let backend = observed.backends[name] else {
                hash.combine("absent")
                continue
            }
            hash.combine(backend.guid ?? "")
            hash.combine(backend.isPublished ? 1 : 0)
        }
    }

    private mutating func combineOthers(of steps: [Step]) {
        for step in steps {
            switch step.change {
            case .addPattern(let list, let pattern), .deletePattern(let list, let pattern):
                hash.combine(list.text)
                hash.combine(pattern)
                hash.combine(observed.acls[list].map { $0.contains(pattern) ? 1 : 0 } ?? 2)
            case .setLimit(let target, _, _):
                hash.combine(target.description)
                hash.combine(observed.limits[target].map(String.init) ?? "absent")
            default: break
            }
        }
    }

    private mutating func combineCertificates(of steps: [Step]) {
        let certificates = observed.certificates
        for step in steps {
            switch step.change {
            case .storeCertificate(let name, _), .deleteCertificate(let name, _):
                hash.combine(name.text)
                hash.combine(certificates.certificates[name].map { $0.sha1 ?? "empty" } ?? "absent")
            case .addCertificateLine(let list, let line),
                .deleteCertificateLine(let list, let line, _):
                hash.combine(list.text)
                guard let lines = certificates.lists[list] else {
                    hash.combine("absent")
                    continue
                }
                for row in lines where row.line.certificate == line.certificate {
                    hash.combine(String(row.number))
                    hash.combine(row.line.description)
                }
            case .abortTransaction:
                hash.combine(certificates.transaction?.certificate.text ?? "")
                hash.combine(certificates.transaction?.sha1 ?? "")
            default: break
            }
        }
    }

    private mutating func combineMaps(of steps: [Step]) {
        var keys: [PatternFileName: Set<String>] = [:]
        var wholes: Set<PatternFileName> = []
        for step in steps {
            switch step.change {
            case .addMapEntry(let map, let entry), .deleteMapEntry(let map, let entry):
                keys[map, default: []].insert(entry.key)
            case .setMapEntry(let map, let key, _, _): keys[map, default: []].insert(key)
            case .replaceMap(let map, _, _, _, _): wholes.insert(map)
            default: break
            }
        }
        for map in Set(keys.keys).union(wholes).sorted() {
            hash.combine(map.text)
            guard let live = observed.maps[map] else {
                hash.combine("absent")
                continue
            }
            let touched = keys[map] ?? []
            for entry in live.entries where wholes.contains(map) || touched.contains(entry.key) {
                hash.combine(entry.key)
                hash.combine(entry.value)
            }
        }
    }
}
