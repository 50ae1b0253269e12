import Model

/// Plans one map: the fewest bytes that bring its entries about, keeping order and atomicity if asked.
struct MapPlanner {
    /// One change and the words that it brings into the map's values and takes out of them.
    struct Edit {
        let change: Change
        let origin: Origin
        let brings: [String]
        let takes: [String]
    }

    let desired: DesiredMap
    let observed: ObservedMap
    /// Keys the last applied revision declared.
    let previous: Set<String>
    let commandLimit: Int
    private(set) var remarks: [Remark] = []
    /// The values once the edits are made.
    private(set) var lasting: Set<String> = []

    init(_ desired: DesiredMap, _ observed: ObservedMap, previous: Set<String>, commandLimit: Int) {
        self.desired = desired
        self.observed = observed
        self.previous = previous
        self.commandLimit = commandLimit
    }

    /// The edits in a safe order: additions and changes before removals.
    mutating func edits() -> [Edit] {
        let entries = writableEntries()
        let declared = Set(desired.entries.map(\.key))
        let foreign = observed.entries.filter { !declared.contains($0.key) }
        let kept = foreign.filter { !isRemoved($0.key) }
        remark(onKept: kept.filter { !Self.isChallenge($0.key) })
        let wanted = entries.map { MapEntry(key: $0.key, value: $0.value) }
        lasting = Set((wanted + kept).map(\.value))
        if desired.isOrdered { return ordered(entries, wanted + kept) }
        let single = unordered(entries, foreign.filter { isRemoved($0.key) })
        return cheaper(single, wanted + kept)
    }

    /// One by one or a new version: the fewer commands, then the fewer bytes, unless it must be at once.
    private func cheaper(_ single: [Edit], _ target: [MapEntry]) -> [Edit] {
        guard single.count > 1 else { return single }
        let whole = replacementSize(target)
        let isCheaper = (whole.commands, whole.bytes) < (single.count, size(of: single))
        return desired.isAtomic || isCheaper ? [replacement(target)] : single
    }

    private func isRemoved(_ key: String) -> Bool {
        !Self.isChallenge(key) && (desired.unmanaged == .remove || previous.contains(key))
    }

    /// A key that answers an ACME challenge (RFC 8555 section 8.3): it comes and goes by itself.
    private static func isChallenge(_ key: String) -> Bool {
        key.hasPrefix("/.well-known/acme-challenge/")
    }

    private func unordered(_ entries: [DesiredMapEntry], _ removed: [MapEntry]) -> [Edit] {
        let live = Dictionary(grouping: observed.entries, by: \.key)
        var edits: [Edit] = []
        for entry in entries {
            guard let current = live[entry.key], let first = current.first else {
                edits.append(add(entry))
                continue
            }
            // `set map` changes every entry of the key, so duplicates end up alike.
            if let other = current.first(where: { $0.value != entry.value }) {
                edits.append(
                    set(entry, from: first.value == entry.value ? other.value : first.value)
                )
            }
        }
        var seen: Set<String> = []
        for entry in removed where seen.insert(entry.key).inserted {
            let change = Change.deleteMapEntry(desired.name, entry)
            edits.append(
                Edit(change: change, origin: desired.origin, brings: [], takes: [entry.value])
            )
        }
        return edits
    }

    private func ordered(_ entries: [DesiredMapEntry], _ target: [MapEntry]) -> [Edit] {
        guard observed.entries != target else { return [] }
        let keys = observed.entries.map(\.key)
        guard keys == target.map(\.key), Set(keys).count == keys.count else {
            return [replacement(target)]
        }
        let edits = zip(entries, observed.entries).filter { $0.value != $1.value }
            .map { set($0, from: $1.value) }
        return cheaper(edits, target)
    }

    private func add(_ entry: DesiredMapEntry) -> Edit {
        let change = Change.addMapEntry(desired.name, MapEntry(key: entry.key, value: entry.value))
        return Edit(change: change, origin: entry.origin, brings: [entry.value], takes: [])
    }

    private func set(_ entry: DesiredMapEntry, from old: String) -> Edit {
        let change = Change.setMapEntry(desired.name, key: entry.key, from: old, to: entry.value)
        return Edit(change: change, origin: entry.origin, brings: [entry.value], takes: [old])
    }

    private func replacement(_ target: [MapEntry]) -> Edit {
        let old = Dictionary(observed.entries.map { ($0.key, $0.value) }) { first, _ in first }
        let new = Dictionary(target.map { ($0.key, $0.value) }) { first, _ in first }
        let change = Change.replaceMap(
            desired.name,
            entries: target,
            added: new.keys.count { old[$0] == nil },
            changed: new.count { old[$0.key] != nil && old[$0.key] != $0.value },
            removed: old.keys.count { new[$0] == nil }
        )
        let brings = Set(new.filter { old[$0.key] != $0.value }.values)
        let takes = Set(old.filter { new[$0.key] != $0.value }.values)
        return Edit(
            change: change,
            origin: desired.origin,
            brings: brings.sorted(),
            takes: takes.sorted()
        )
    }
}

// MARK: - Sizes and remarks

extension MapPlanner {
    /// What preparing, filling and committing a new version takes; an empty one of few keys is cleared.
    private func replacementSize(_ entries: [MapEntry]) -> (commands: Int, bytes: Int) {
        let name = desired.name.text.utf8.count
        guard !entries.isEmpty else {
            let isOneStroke = observed.entries.count <= Change.clearedAtOnce
            return isOneStroke ? (1, name + 11) : (2, 2 * (name + 24))
        }
        let bytes = entries.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 2 }
        let chunks = 1 + bytes / max(1, commandLimit - name - 256)
        return (2 + chunks, bytes + (2 + chunks) * (name + 24))
    }

    private func size(of edits: [Edit]) -> Int {
        edits.reduce(0) { total, edit in
            let words =
                switch edit.change {
                case .addMapEntry(_, let entry): entry.key.utf8.count + entry.value.utf8.count
                case .setMapEntry(_, let key, _, let value): key.utf8.count + value.utf8.count
                case .deleteMapEntry(_, let entry): entry.key.utf8.count
                default: 0
                }
            return total + words + desired.name.text.utf8.count + 11
        }
    }

    /// The entries that fit a command; the others are remarked upon instead of failing in mid-rollout.
    private mutating func writableEntries() -> [DesiredMapEntry] {
        // Every byte may need an escape, and the command's own words take some room.
        let room = (commandLimit - desired.name.text.utf8.count - 64) / 2
        var seen: Set<String> = []
        return desired.entries.filter { entry in
            guard entry.key.utf8.count + entry.value.utf8.count <= room else {
                let limit = "a command of this proxy holds at most \(commandLimit) bytes"
                let message =
                    "entry '\(entry.key.prefix(40))…' of map \(desired.name) is too long: \(limit)"
                remarks.append(Remark(.warning, message, origin: entry.origin))
                return false
            }
            return desired.isOrdered || seen.insert(entry.key).inserted
        }
    }

    private mutating func remark(onKept kept: [MapEntry]) {
        guard !kept.isEmpty else { return }
        let names = Remark.list(kept.map(\.key))
        let message = "map \(desired.name): not declared and kept: \(names)"
        remarks.append(Remark(.unmanaged, message, origin: desired.origin))
    }
}
