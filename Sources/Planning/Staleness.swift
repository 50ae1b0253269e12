package import Model

/// Says in words how a proxy differs from what a plan was made for.
///
/// The digest of the base decides whether a plan is stale; this only names what a person would look for,
/// from the values that the steps expect.
package enum Staleness {
    /// One sentence; general words when the difference is in a field that neither steps nor marks mention.
    ///
    /// `shown` are the attributes of servers whose marks moved, where the proxy shows them.
    package static func explanation(
        of plan: ProxyPlan,
        on observed: ObservedProxy,
        shown: [ServerPath: ServerAttributes] = [:]
    ) -> String {
        let moved = movedMarks(of: plan, on: observed).map { entry in
            hidden(entry.path, from: entry.planned, on: observed, shown[entry.path])
        }
        let differences = differences(of: plan.steps, on: observed) + moved
        guard !differences.isEmpty else { return general(plan) }
        let shown = differences.prefix(3).joined(separator: "; ")
        return differences.count > 3 ? "\(shown); and \(differences.count - 3) more" : shown
    }

    /// Servers whose mark is not the planned one any more, sorted; those that are gone are none of them.
    package static func movedMarks(
        of plan: ProxyPlan,
        on observed: ObservedProxy
    ) -> [(path: ServerPath, planned: HiddenAttributes)] {
        let moved = plan.hidden.flatMap { planned in
            planned.servers.compactMap { path -> (path: ServerPath, planned: HiddenAttributes)? in
                guard let live = observed.backends[path.backend]?.servers[path.server],
                    HiddenAttributes.Mark(live)?.text != planned.mark
                else { return nil }
                return (path, planned)
            }
        }
        return moved.sorted { $0.path < $1.path }
    }

    private static func hidden(
        _ path: ServerPath,
        from planned: HiddenAttributes,
        on observed: ObservedProxy,
        _ shown: ServerAttributes?
    ) -> String {
        let live = observed.backends[path.backend]?.servers[path.server]
        let mark = live.flatMap { HiddenAttributes.Mark($0)?.text }
        let what = "server \(path) was replaced since the plan by one"
        guard let before = planned.attributes, let now = shown?.hidden else {
            return mark.map {
                "\(what) with other hidden attributes (mark \(planned.mark), now \($0))"
            } ?? "\(what) that carries no mark of its hidden attributes"
        }
        let changes = ServerAttribute.allCases.compactMap { attribute -> String? in
            let (old, new) = (before[attribute], now[attribute])
            guard old != new else { return nil }
            return attribute.words(old, new)
        }
        if changes.isEmpty { return "\(what) that carries no mark" }
        return "\(what) with other hidden attributes: \(changes.joined(separator: ", "))"
    }

    private static func general(_ plan: ProxyPlan) -> String {
        let servers = Set(plan.steps.compactMap(\.change.server)).sorted().map { "server \($0)" }
        let maps = Set(plan.steps.compactMap(\.change.map)).sorted().map { "map \($0)" }
        let objects = servers + maps
        let names =
            objects.count > 3
            ? objects.prefix(3).joined(separator: ", ") + " or \(objects.count - 3) others"
            : objects.joined(separator: " or ")
        let field = "in a field that no step mentions, such as its id or checks"
        return objects.isEmpty
            ? "an object that this plan changes has changed since it was observed"
            : "\(names) has changed since it was observed, \(field)"
    }

    private static func differences(of steps: [Step], on observed: ObservedProxy) -> [String] {
        var differences: [String] = []
        var touched: Set<String> = []
        for step in steps {
            if let path = step.change.server {
                let isFirst = touched.insert(path.description).inserted
                differences += server(path, step.change, isFirst: isFirst, observed, &touched)
            } else if let map = step.change.map,
                let difference = entry(step.change, observed.maps[map])
            {
                differences.append(difference)
            } else if let difference = other(step.change, observed) {
                differences.append(difference)
            }
        }
        return differences
    }

    /// Only the first step of an object, and of a field, expects what was observed; later ones expect earlier steps.
    private static func server(
        _ path: ServerPath,
        _ change: Change,
        isFirst: Bool,
        _ observed: ObservedProxy,
        _ touched: inout Set<String>
    ) -> [String] {
        let live = observed.backends[path.backend]?.servers[path.server]
        if case .addServer = change {
            touched.formUnion(["weight", "state", "address", "maxconn"].map { "\(path) \($0)" })
            return isFirst && live != nil ? ["server \(path) exists now"] : []
        }
        guard let live else { return isFirst ? ["server \(path) is gone"] : [] }
        let difference: (field: String, planned: String?, now: String?)? =
            switch change {
            case .setWeight(_, let from, _): ("weight", from.description, live.weight.description)
            case .setAdmin(_, let from?, _): ("state", from.rawValue, live.admin.rawValue)
            case .setAddress(_, let from?, _):
                ("address", from.description, live.endpoint?.description)
            case .setMaxconn(_, let from?, _):
                ("maxconn", String(from), live.maxconn.map(String.init))
            default: nil
            }
        guard let difference, touched.insert("\(path) \(difference.field)").inserted,
            difference.planned != difference.now
        else { return [] }
        let (planned, now) = (difference.planned ?? "unset", difference.now ?? "unset")
        return ["server \(path) has \(difference.field) \(now), planned from \(planned)"]
    }

    private static func other(_ change: Change, _ observed: ObservedProxy) -> String? {
        switch change {
        case .addBackend(let name, _, _):
            observed.backends[name] == nil ? nil : "backend \(name) exists now"
        case .unpublishBackend(let name):
            observed.backends[name] == nil ? "backend \(name) is gone" : nil
        case .addPattern(let list, let pattern):
            observed.acls[list]?.contains(pattern) == true
                ? "list \(list) has \(pattern) now" : nil
        case .deletePattern(let list, let pattern):
            observed.acls[list]?.contains(pattern) == true
                ? nil : "list \(list) has no \(pattern) any more"
        case .setLimit(let target, let from, _):
            observed.limits[target] == from
                ? nil
                : "\(target) is \(observed.limits[target].map(String.init) ?? "unknown"), planned from \(from)"
        case .storeCertificate(let name, let update):
            certificate(name, plannedFrom: update.from, observed.certificates)
        case .deleteCertificate(let name, let was):
            certificate(name, plannedFrom: was, observed.certificates)
        case .addCertificateLine(let list, let line), .deleteCertificateLine(let list, let line, _):
            "the lines of certificate \(line.certificate) in crt-list \(list) are others now"
        case .abortTransaction(let transaction, _):
            observed.certificates.transaction == transaction
                ? nil : "the transaction of certificate \(transaction.certificate) has gone on"
        default: nil
        }
    }

    private static func certificate(
        _ name: CertificateFileName,
        plannedFrom sha1: String?,
        _ observed: ObservedCertificates
    ) -> String? {
        let now = observed.certificates[name]?.sha1
        guard now != sha1 else { return nil }
        let words = [now, sha1].map { $0.map { CertificateFingerprint.short($0) } ?? "none" }
        return "certificate \(name) is \(words[0]), planned from \(words[1])"
    }

    private static func entry(_ change: Change, _ map: ObservedMap?) -> String? {
        func value(of key: String) -> String? { map?.entries.first { $0.key == key }?.value }
        switch change {
        case .addMapEntry(let name, let entry):
            return value(of: entry.key).map { "map \(name) has \(entry.key) now, with \($0)" }
        case .setMapEntry(let name, let key, let from, _):
            guard let now = value(of: key) else { return "map \(name) has no \(key) any more" }
            return now == from ? nil : "map \(name) has \(key) with \(now), planned from \(from)"
        case .deleteMapEntry(let name, let entry):
            return value(of: entry.key) == nil ? "map \(name) has no \(entry.key) any more" : nil
        default: return nil
        }
    }
}

extension ServerAttribute {
    /// `inter 500ms → 2s`, `send-proxy on`, `sni off`.
    fileprivate func words(_ old: AttributeValue?, _ new: AttributeValue?) -> String {
        if form == .flag { return "\(keyword) \(new == nil ? "off" : "on")" }
        return
            "\(keyword) \(old.map(\.description) ?? "unset") → \(new.map(\.description) ?? "unset")"
    }
}
