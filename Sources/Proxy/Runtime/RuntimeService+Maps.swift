import Model
import RuntimeAPI

extension RuntimeService {
    private static let malformedReference = RuntimeReply.error(
        "Malformed identifier. Please use #<id> or <file>."
    )

    /// Commands about maps; nil for every other command.
    func executeMap(_ command: RuntimeCommand, payload: String?) -> RuntimeReply? {
        switch command {
        case .showMap(nil): return RuntimeReply(text: mapList.text)
        case .showMap(let reference?):
            return onMap(reference) { dump($0, version: reference.version) }
        case .getMap(let reference, let key):
            return onMap(reference) { get(key, from: table.maps[$0]) }
        case .addMap(let reference, let key, let value):
            return onMap(reference) {
                add([MapEntry(key: key, value: value)], to: $0, version: reference.version)
            }
        case .addMapPayload(let reference):
            return onMap(reference) {
                add(payload: payload ?? "", to: $0, version: reference.version)
            }
        case .setMap(let reference, let key, let value):
            return onMap(reference) { number in
                if MapTable.isMalformedReference(key) { return Self.malformedReference }
                let isFound = table.change(map: number) { $0.set(key, to: value) }
                let isReference = MapTable.reference(in: key) != nil
                let refusal = isReference ? "key or pattern not found." : "entry not found."
                return isFound ? RuntimeReply() : .error(refusal)
            }
        case .deleteMap(let reference, let key):
            return onMap(reference) { number in
                if MapTable.isMalformedReference(key) { return Self.malformedReference }
                let isFound = table.change(map: number) { $0.remove(key) }
                return isFound ? RuntimeReply() : .error("Key not found.")
            }
        case .clearMap(let reference):
            return onMap(reference) { number in
                table.change(map: number) {
                    $0.clear(version: reference.version ?? $0.currentVersion)
                }
                return RuntimeReply()
            }
        case .prepareMap(let reference):
            return onMap(reference) { number in
                .info("New version created: \(table.change(map: number) { $0.prepare() })")
            }
        case .commitMap(let reference):
            return onMap(reference) { number in
                let isCommitted = table.change(map: number) { $0.commit(reference.version ?? 0) }
                return isCommitted ? RuntimeReply() : .error("Version number out of range.")
            }
        case .invalid(let invalid):
            guard case .map(let reference) = invalid.subject else { return nil }
            return onMap(reference) { _ in invalid.reply }
        default: return nil
        }
    }

    private func onMap(_ reference: PatternReference, _ body: (Int) -> RuntimeReply) -> RuntimeReply
    {
        guard let number = table.mapNumber(reference.name) else {
            return .error("Unknown map identifier. Please use #<id> or <file>.")
        }
        return body(number)
    }

    private var mapList: MapList {
        MapList(
            rows: table.maps.enumerated().map { number, map in
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
        let rows = entries.map {
            MapDumpRow(reference: $0.reference, key: $0.entry.key, value: $0.entry.value)
        }
        return RuntimeReply(text: MapDump(rows: rows).text)
    }

    private func get(_ key: String, from map: MapTable) -> RuntimeReply {
        guard let value = map.value(of: key) else {
            return RuntimeReply(text: "type=str, case=sensitive, found=no")
        }
        return RuntimeReply(
            text:
                "type=str, case=sensitive, found=yes, idx=tree, key=\"\(key)\", value=\"\(value)\", type=\"str\""
        )
    }

    private func add(_ entries: [MapEntry], to number: Int, version: UInt32?) -> RuntimeReply {
        let isInFuture = version.map { table.maps[number].isInFuture($0) } ?? false
        if isInFuture {
            return .error("Version number in the future, please use 'prepare map' before.")
        }
        table.change(map: number) { map in
            for entry in entries { map.add(entry, version: version ?? map.currentVersion) }
        }
        return RuntimeReply()
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
