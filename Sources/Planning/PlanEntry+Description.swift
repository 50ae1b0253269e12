import Model

extension PlanEntry.Action {
    /// `+`, `~`, `-/+` or `-`.
    package var marker: String {
        switch self {
        case .add: "+"
        case .change: "~"
        case .replace: "-/+"
        case .remove: "-"
        }
    }

    /// What the marker means, for colour.
    package var role: StyledText.Role {
        switch self {
        case .add: .added
        case .change, .replace: .changed
        case .remove: .removed
        }
    }
}

extension PlanEntry {
    var backend: BackendName? {
        switch subject {
        case .server(let path): path.backend
        case .backend(let name): name
        default: nil
        }
    }

    var map: PatternFileName? {
        switch subject {
        case .mapEntry(let map, _), .map(let map): map
        default: nil
        }
    }

    var list: PatternFileName? {
        if case .pattern(let list, _) = subject { list } else { nil }
    }

    var limit: LimitTarget? {
        if case .limit(let target) = subject { target } else { nil }
    }

    /// About a certificate in memory or a transaction, not about a list.
    var isCertificate: Bool {
        switch subject {
        case .certificate, .transaction: true
        default: false
        }
    }

    var certificateList: CertificateFileName? {
        if case .certificateLine(let list, _) = subject { list } else { nil }
    }

    var title: String {
        switch subject {
        case .certificate(let name): name.text
        case .certificateLine(_, let line): line.certificate.text
        case .transaction(let name): "*\(name)"
        case .server(let path): path.server.text
        case .backend: "the whole backend"
        case .mapEntry(_, let key): key
        case .map: "the whole map"
        case .pattern(_, let text): text
        case .limit(let target): target.description
        }
    }

    /// One line for a log: `~ shop/web1 weight 10 → 50`.
    package var brief: String {
        let words = details.map(\.plain).joined(separator: " ")
        if case .backend(let name) = subject { return "\(action.marker) backend \(name) \(words)" }
        let place =
            backend.map { "\($0)/" } ?? (map ?? list).map { "\($0) " }
            ?? certificateList.map { "\($0) " } ?? (isCertificate ? "certificate " : "")
        return "\(action.marker) \(place)\(title) \(words)"
    }

    /// Additions, changes, replacements, removals; by name within each, `web2` before `web10`.
    var sortKey: (Int, String) {
        let rank = Action.allCases.firstIndex(of: action) ?? 0
        // A backend comes before its servers.
        if case .backend = subject { return (rank, "") }
        return (rank, Self.natural(title))
    }

    /// The text with its numbers padded, so that comparing texts compares numbers.
    private static func natural(_ text: String) -> String {
        var key = ""
        var digits = ""
        func padded() -> String {
            digits.isEmpty ? "" : String(repeating: "0", count: max(0, 20 - digits.count)) + digits
        }
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
            } else {
                key += padded() + String(character)
                digits = ""
            }
        }
        return key + padded()
    }

    /// What the row says after the object's name, in words that may be broken between lines.
    var details: [StyledText] {
        switch action {
        case .add: addition
        case .change: modification
        case .replace:
            addition
                + phrase(
                    hasStandIn
                        ? "(replaced while another serves in its place)"
                        : "(replaced: not changeable in place)",
                    .faint
                )
        case .remove: removal
        }
    }

    private var addition: [StyledText] {
        var words: [StyledText] = []
        for change in changes {
            switch change {
            case .addServer(_, _, let endpoint, let attributes):
                words.append(StyledText(endpoint.description))
                words += attributes.shown
            case .addBackend(_, let defaults, _):
                words += phrase("created from \(defaults)")
            case .addMapEntry(_, let entry):
                words += [StyledText("→", .faint), StyledText(entry.value)]
            case .storeCertificate(_, let update):
                words.append(StyledText(update.to.short, .added))
                words += phrase("expires \(update.expiry)", .faint)
            case .addCertificateLine(_, let line): words += phrase(line.conditions)
            default: break
            }
        }
        let created = changes.drop { if case .addServer = $0 { false } else { true } }
        if case .setAdmin(_, _, let state)? = created.last(where: \.setsAdmin), state != .ready {
            words += phrase("state \(state.rawValue)")
        }
        return words
    }

    private var modification: [StyledText] {
        var words: [StyledText] = []
        for change in changes {
            let sentence = change.sentence
            guard !sentence.isEmpty else { continue }
            if !words.isEmpty { words.append(StyledText("·", .faint)) }
            words += sentence
        }
        guard let admin = adminTransition else { return words }
        if admin.from != admin.to {
            if !words.isEmpty { words.append(StyledText("·", .faint)) }
            words += arrow("state", admin.from?.rawValue, admin.to.rawValue)
        } else {
            words += phrase("(drained meanwhile)", .faint)
        }
        return words
    }

    private var removal: [StyledText] {
        var stages: [String] = []
        for change in changes {
            switch change {
            case .setAdmin(_, _, .drain): stages.append("drain")
            case .grace(_, let grace): stages.append("wait \(grace)")
            case .awaitRemovable(_, let limit): stages.append("idle within \(limit)")
            case .unpublishBackend: stages.append("unpublish")
            case .deleteServer, .deleteBackend: stages.append("delete")
            case .deleteMapEntry(_, let entry):
                return [StyledText("→", .faint), StyledText(entry.value)]
            case .deleteCertificate(_, let was):
                return phrase(was.map { CertificateFingerprint.short($0) } ?? "empty", .faint)
            case .deleteCertificateLine(_, let line, let number):
                return phrase(line.conditions) + phrase("line \(number)", .faint)
            case .abortTransaction(_, let grace):
                return phrase("another's, aborted if it rests for \(grace)", .faint)
            default: break
            }
        }
        return phrase(stages.joined(separator: ", "), .faint)
    }

    /// The administrative state before the first and after the last step; nil when none sets it.
    private var adminTransition: (from: AdminState?, to: AdminState)? {
        var first: AdminState??
        var last: AdminState?
        for case .setAdmin(_, let from, let to) in changes {
            if first == nil { first = .some(from) }
            last = to
        }
        guard let first, let last else { return nil }
        return (first, last)
    }
}

extension Change {
    fileprivate var setsAdmin: Bool {
        if case .setAdmin = self { true } else { false }
    }

    private var isAgents: Bool { if case .setAgentAddress = self { true } else { false } }

    /// One modification in words; empty for steps that only lead there.
    fileprivate var sentence: [StyledText] {
        switch self {
        case .setWeight(_, let from, let to): arrow("weight", from.description, to.description)
        case .setAddress(_, let from, let to): arrow("address", from?.description, to.description)
        case .setMaxconn(_, let from, let to): arrow("maxconn", from.map(String.init), String(to))
        case .setCheckAddress(_, let address, let port),
            .setAgentAddress(_, let address, let port):
            arrow(
                isAgents ? "agent at" : "checked at",
                nil,
                [address, port.map(String.init)].compactMap(\.self).joined(separator: ":")
            )
        case .enableHealth: phrase("checks on")
        case .enableAgent: phrase("agent check on")
        case .publishBackend: phrase("published")
        case .setMapEntry(_, _, let from, let to): arrow(nil, from, to)
        case .setLimit(_, let from, let to): arrow(nil, String(from), String(to))
        case .storeCertificate(_, let update):
            arrow(nil, update.from.map { CertificateFingerprint.short($0) }, update.to.short)
                + phrase("expires \(update.expiry)", .faint)
        case .replaceMap(_, let entries, let added, let changed, let removed):
            phrase(
                "rewritten at once to \(entries.count) entries: \(added) added, \(changed) changed, \(removed) removed"
            )
        default: []
        }
    }
}

extension ServerAttributes {
    /// The attributes a reader can influence; an id or guid of ours says nothing to a person.
    fileprivate var shown: [StyledText] {
        sorted.filter { $0.attribute.mutability != .identity }.map { pair in
            let keyword = pair.attribute.keyword
            return StyledText(pair.value == .flag ? keyword : "\(keyword) \(pair.value)", .faint)
        }
    }
}

private func phrase(_ text: String, _ role: StyledText.Role = .plain) -> [StyledText] {
    text.split(separator: " ").map { StyledText(String($0), role) }
}

private func arrow(_ name: String?, _ from: String?, _ to: String) -> [StyledText] {
    var words = name.map { phrase($0, .faint) } ?? []
    if let from { words.append(StyledText(from, .removed)) }
    return words + [StyledText("→", .faint), StyledText(to, .added)]
}
