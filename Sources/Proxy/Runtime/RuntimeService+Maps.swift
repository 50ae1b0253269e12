import Model
import RuntimeAPI

extension RuntimeService {
    private static let malformedReference = RuntimeReply.error(
        "Malformed identifier. Please use #<id> or <file>."
    )

    /// Commands about maps; nil for every other command.
    func executeMap(_ command: RuntimeCommand, payload: String?) -> RuntimeReply? {
        switch command {
        case .showMap(nil): return RuntimeReply(text: list(of: true).text)
        case .showMap(let reference?):
            return on(reference) { dump($0, version: reference.version) }
        case .getMap(let reference, let key):
            return on(reference) { get(key, from: table.maps[$0]) }
        case .addMap(let reference, let key, let value):
            return on(reference) {
                add([MapEntry(key: key, value: value)], to: $0, version: reference.version)
            }
        case .addMapPayload(let reference):
            return on(reference) {
                add(payload: payload ?? "", to: $0, version: reference.version)
            }
        case .setMap(let reference, let key, let value):
            return on(reference) { number in
                if MapTable.isMalformedReference(key) { return Self.malformedReference }
                let isFound = table.change(map: number) { $0.set(key, to: value) }
                let isReference = MapTable.reference(in: key) != nil
                let refusal = isReference ? "key or pattern not found." : "entry not found."
                return isFound ? RuntimeReply() : .error(refusal)
            }
        case .deleteMap(let reference, let key): return on(reference) { delete(key, from: $0) }
        case .clearMap(let reference): return on(reference) { clear($0, reference.version) }
        case .prepareMap(let reference): return on(reference, prepare)
        case .commitMap(let reference): return on(reference) { commit($0, reference.version) }
        case .invalid(let invalid):
            guard case .map(let reference) = invalid.subject else { return nil }
            return on(reference) { _ in invalid.reply }
        default: return nil
        }
    }

    /// Carries out what rules ask for; a key that is no pattern of its list is left out.
    func apply(_ changes: [ListChange]) {
        for change in changes where table.maps.indices.contains(change.list) {
            let known = table.maps[change.list].value(of: change.key)
            switch change.kind {
            case .set where known == nil:
                guard table.maps[change.list].mistake(inKey: change.key) == nil else { continue }
                let entry = MapEntry(key: change.key, value: change.value)
                table.change(map: change.list) { $0.add(entry) }
            case .set where known != change.value && table.maps[change.list].isMap:
                _ = table.change(map: change.list) { $0.set(change.key, to: change.value) }
            case .remove where known != nil:
                _ = table.change(map: change.list) { $0.remove(change.key) }
            default: break
            }
        }
    }

    /// Commands about pattern lists; nil for every other command.
    func executeAcl(_ command: RuntimeCommand) -> RuntimeReply? {
        switch command {
        case .showAcl(nil): return RuntimeReply(text: list(of: false).text)
        case .showAcl(let reference?):
            return on(reference, isMap: false) { dump($0, version: reference.version) }
        case .getAcl(let reference, let value):
            return on(reference, isMap: false) { get(value, from: table.maps[$0]) }
        case .addAcl(let reference, let pattern):
            return on(reference, isMap: false) {
                add([MapEntry(key: pattern, value: "")], to: $0, version: reference.version)
            }
        case .deleteAcl(let reference, let pattern):
            // HAProxy 2.6–3.5 speaks of a map here.
            guard isKnown(reference, isMap: false) else { return Self.unknown(isMap: true) }
            return on(reference, isMap: false) { delete(pattern, from: $0) }
        case .clearAcl(let reference):
            return on(reference, isMap: false) { clear($0, reference.version) }
        case .prepareAcl(let reference): return on(reference, isMap: false, prepare)
        case .commitAcl(let reference):
            return on(reference, isMap: false) { commit($0, reference.version) }
        default: return nil
        }
    }

    private static func unknown(isMap: Bool) -> RuntimeReply {
        .error("Unknown \(isMap ? "map" : "ACL") identifier. Please use #<id> or <file>.")
    }

    private func isKnown(_ reference: PatternReference, isMap: Bool) -> Bool {
        table.mapNumber(reference.name).map { table.maps[$0].isMap == isMap } ?? false
    }

    private func on(
        _ reference: PatternReference,
        isMap: Bool = true,
        _ body: (Int) -> RuntimeReply
    ) -> RuntimeReply {
        guard let number = table.mapNumber(reference.name), table.maps[number].isMap == isMap else {
            return Self.unknown(isMap: isMap)
        }
        return body(number)
    }

    private func delete(_ key: String, from number: Int) -> RuntimeReply {
        if MapTable.isMalformedReference(key) { return Self.malformedReference }
        let isFound = table.change(map: number) { $0.remove(key) }
        return isFound ? RuntimeReply() : .error("Key not found.")
    }

    private func clear(_ number: Int, _ version: UInt32?) -> RuntimeReply {
        table.change(map: number) { $0.clear(version: version ?? $0.currentVersion) }
        return RuntimeReply()
    }

    private func prepare(_ number: Int) -> RuntimeReply {
        .info("New version created: \(table.change(map: number) { $0.prepare() })")
    }

    private func commit(_ number: Int, _ version: UInt32?) -> RuntimeReply {
        let isCommitted = table.change(map: number) { $0.commit(version ?? 0) }
        return isCommitted ? RuntimeReply() : .error("Version number out of range.")
    }

    private func list(of maps: Bool) -> MapList {
        MapList(
            rows: table.maps.enumerated().filter { $1.isMap == maps }.map { number, map in
                var row = MapListRow(
                    id: number,
                    file: map.name,
                    display: map.display,
                    entryCount: map.count
                )
                row.currentVersion = map.currentVersion
                row.nextVersion = map.nextVersion
                return row
            }
        )
    }

    private func dump(_ number: Int, version: UInt32?) -> RuntimeReply {
        let map = table.maps[number]
        let entries = map.dump(version: version ?? map.currentVersion)
        guard map.isMap else {
            let lines = entries.map {
                "0x\(String($0.reference, radix: 16)) \($0.entry.key)\n"
            }
            return RuntimeReply(text: lines.joined())
        }
        let rows = entries.map {
            MapDumpRow(reference: $0.reference, key: $0.entry.key, value: $0.entry.value)
        }
        return RuntimeReply(text: MapDump(rows: rows).text)
    }

    /// One line for each way in which the list is matched.
    private func get(_ value: String, from map: MapTable) -> RuntimeReply {
        let lines = map.findings(for: value).map { finding in
            var line = "type=\(finding.match.name)"
            line += ", case=\(map.ignoresCase ? "insensitive" : "sensitive")"
            line += map.isMap ? ", found=" : ", match="
            guard let entry = finding.entry else { return line + "no\n" }
            line += "yes, idx=\(finding.isIndexed ? "tree" : "list")"
            line += ", \(map.isMap ? "key" : "pattern")=\"\(entry.key)\""
            if map.isMap { line += ", value=\"\(entry.value)\", type=\"str\"" }
            return line + "\n"
        }
        return RuntimeReply(text: lines.joined())
    }

    private func add(_ entries: [MapEntry], to number: Int, version: UInt32?) -> RuntimeReply {
        let isInFuture = version.map { table.maps[number].isInFuture($0) } ?? false
        if isInFuture {
            let kind = table.maps[number].isMap ? "map" : "acl"
            return .error("Version number in the future, please use 'prepare \(kind)' before.")
        }
        let sound = entries.prefix { table.maps[number].mistake(inKey: $0.key) == nil }
        table.change(map: number) { map in
            for entry in sound { map.add(entry, version: version ?? map.currentVersion) }
        }
        guard sound.count < entries.count else { return RuntimeReply() }
        return .error("\(table.maps[number].mistake(inKey: entries[sound.count].key) ?? "").")
    }

    /// One `key value…` a line; stops at the first bad one, what came before stays (HAProxy 2.6–3.5).
    private func add(payload: String, to number: Int, version: UInt32?) -> RuntimeReply {
        var entries: [MapEntry] = []
        var mistake: RuntimeReply?
        for line in payload.utf8.split(separator: 10) {
            let start = line.drop { $0 == 32 || $0 == 9 }
            let key = start.prefix { $0 != 32 && $0 != 9 }
            let value = start[key.endIndex...].drop { $0 == 32 || $0 == 9 }
            guard !value.isEmpty else {
                mistake = .error("Missing value for key '\(String(Substring(key)))'.")
                break
            }
            entries.append(MapEntry(key: String(Substring(key)), value: String(Substring(value))))
        }
        let reply = add(entries, to: number, version: version)
        return reply == RuntimeReply() ? mistake ?? reply : reply
    }
}
