import Model

/// The form of a change in a saved plan: flat, `op` first, objects by the names people use.
///
/// Written by hand because plans are read by others and must not change when a case is renamed here.
extension Change: Codable {
    enum Key: String, CodingKey {
        case op, server, map, id, endpoint, attributes, from, to, address, port, within, key, value
        case entries, added, changed, removed, list, pattern, limit, backend, defaults, guid
        case certificate, update, was, line, number, transaction
    }

    enum Operation: String, Codable {
        case addServer, enableHealth, enableAgent, setAdmin, setWeight, setAddress, setMaxconn
        case setCheckAddress, setAgentAddress
        case awaitUp, grace, awaitRemovable, deleteServer
        case addBackend, publishBackend, unpublishBackend, deleteBackend
        case addMapEntry, setMapEntry, deleteMapEntry, replaceMap
        case addPattern, deletePattern, setLimit
        case storeCertificate, deleteCertificate, addCertificateLine, deleteCertificateLine
        case abortTransaction

        var isAboutCertificates: Bool {
            switch self {
            case .storeCertificate, .deleteCertificate, .addCertificateLine,
                .deleteCertificateLine, .abortTransaction:
                true
            default: false
            }
        }
    }

    private var operation: Operation {
        switch self {
        case .addServer: .addServer
        case .enableHealth: .enableHealth
        case .enableAgent: .enableAgent
        case .setAdmin: .setAdmin
        case .setWeight: .setWeight
        case .setAddress: .setAddress
        case .setMaxconn: .setMaxconn
        case .setCheckAddress: .setCheckAddress
        case .setAgentAddress: .setAgentAddress
        case .awaitUp: .awaitUp
        case .grace: .grace
        case .awaitRemovable: .awaitRemovable
        case .deleteServer: .deleteServer
        case .addBackend: .addBackend
        case .publishBackend: .publishBackend
        case .unpublishBackend: .unpublishBackend
        case .deleteBackend: .deleteBackend
        case .addMapEntry: .addMapEntry
        case .setMapEntry: .setMapEntry
        case .deleteMapEntry: .deleteMapEntry
        case .replaceMap: .replaceMap
        case .addPattern: .addPattern
        case .deletePattern: .deletePattern
        case .setLimit: .setLimit
        case .storeCertificate: .storeCertificate
        case .deleteCertificate: .deleteCertificate
        case .addCertificateLine: .addCertificateLine
        case .deleteCertificateLine: .deleteCertificateLine
        case .abortTransaction: .abortTransaction
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(operation, forKey: .op)
        try container.encodeIfPresent(server?.description, forKey: .server)
        try container.encodeIfPresent(map?.text, forKey: .map)
        try container.encodeIfPresent(backend?.text, forKey: .backend)
        switch self {
        case .enableHealth, .enableAgent, .deleteServer: break
        case .publishBackend, .unpublishBackend, .deleteBackend: break
        case .addBackend(_, let defaults, let guid):
            try container.encode(defaults.text, forKey: .defaults)
            try container.encode(guid, forKey: .guid)
        case .addServer(_, let id, let endpoint, let attributes):
            try container.encode(id, forKey: .id)
            try container.encode(endpoint, forKey: .endpoint)
            try container.encode(attributes, forKey: .attributes)
        case .setAdmin(_, let from, let to): try container.encode(from, to)
        case .setWeight(_, let from, let to): try container.encode(from.value, to.value)
        case .setAddress(_, let from, let to): try container.encode(from, to)
        case .setMaxconn(_, let from, let to): try container.encode(from, to)
        case .setCheckAddress(_, let address, let port),
            .setAgentAddress(_, let address, let port):
            try container.encodeIfPresent(address, forKey: .address)
            try container.encodeIfPresent(port, forKey: .port)
        case .awaitUp(_, let limit), .grace(_, let limit), .awaitRemovable(_, let limit):
            try container.encode(limit.description, forKey: .within)
        case .addMapEntry(_, let entry), .deleteMapEntry(_, let entry):
            try container.encode(entry.key, forKey: .key)
            try container.encode(entry.value, forKey: .value)
        case .setMapEntry(_, let key, let from, let to):
            try container.encode(key, forKey: .key)
            try container.encode(from, to)
        case .replaceMap(_, let entries, let added, let changed, let removed):
            try container.encode(entries, forKey: .entries)
            try container.encode(added, forKey: .added)
            try container.encode(changed, forKey: .changed)
            try container.encode(removed, forKey: .removed)
        case .addPattern(let list, let pattern), .deletePattern(let list, let pattern):
            try container.encode(list.text, forKey: .list)
            try container.encode(pattern, forKey: .pattern)
        case .setLimit(let target, let from, let to):
            try container.encode(target.description, forKey: .limit)
            try container.encode(from, to)
        case .storeCertificate, .deleteCertificate, .addCertificateLine, .deleteCertificateLine,
            .abortTransaction:
            try encodeCertificate(to: &container)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let operation = try container.decode(Operation.self, forKey: .op)
        switch operation {
        case .addMapEntry, .setMapEntry, .deleteMapEntry, .replaceMap:
            self = try container.mapChange(operation)
        case .addPattern, .deletePattern, .setLimit: self = try container.otherChange(operation)
        case .addBackend, .publishBackend, .unpublishBackend, .deleteBackend:
            self = try container.backendChange(operation)
        case _ where operation.isAboutCertificates:
            self = try container.certificateChange(operation)
        default:
            self = try container.serverChange(operation)
        }
    }
}

extension KeyedEncodingContainer<Change.Key> {
    fileprivate mutating func encode<Value: Encodable>(_ from: Value?, _ to: Value) throws {
        try encodeIfPresent(from, forKey: .from)
        try encode(to, forKey: .to)
    }
}

extension KeyedDecodingContainer<Change.Key> {
    fileprivate func serverChange(_ operation: Change.Operation) throws -> Change {
        let path = try path()
        switch operation {
        case .addServer:
            return .addServer(
                path,
                id: try decode(Int.self, forKey: .id),
                endpoint: try decode(Endpoint.self, forKey: .endpoint),
                attributes: try decode(ServerAttributes.self, forKey: .attributes)
            )
        case .enableHealth: return .enableHealth(path)
        case .enableAgent: return .enableAgent(path)
        case .setAdmin: return .setAdmin(path, from: try from(), to: try to())
        case .setWeight:
            return .setWeight(path, from: try weight(.from), to: try weight(.to))
        case .setAddress: return .setAddress(path, from: try from(), to: try to())
        case .setMaxconn: return .setMaxconn(path, from: try from(), to: try to())
        case .setCheckAddress:
            return .setCheckAddress(
                path,
                address: try decodeIfPresent(String.self, forKey: .address),
                port: try decodeIfPresent(Int.self, forKey: .port)
            )
        case .setAgentAddress:
            return .setAgentAddress(
                path,
                address: try decodeIfPresent(String.self, forKey: .address),
                port: try decodeIfPresent(Int.self, forKey: .port)
            )
        case .awaitUp: return .awaitUp(path, within: try limit())
        case .grace: return .grace(path, try limit())
        case .awaitRemovable: return .awaitRemovable(path, within: try limit())
        case .deleteServer: return .deleteServer(path)
        case .addMapEntry, .setMapEntry, .deleteMapEntry, .replaceMap:
            preconditionFailure("changes of maps are decoded by mapChange")
        case .addPattern, .deletePattern, .setLimit:
            preconditionFailure("changes of lists and limits are decoded by otherChange")
        case .addBackend, .publishBackend, .unpublishBackend, .deleteBackend:
            preconditionFailure("changes of backends are decoded by backendChange")
        case .storeCertificate, .deleteCertificate, .addCertificateLine, .deleteCertificateLine,
            .abortTransaction:
            preconditionFailure("changes of certificates are decoded by certificateChange")
        }
    }

    fileprivate func backendChange(_ operation: Change.Operation) throws -> Change {
        let name = try BackendName(try decode(String.self, forKey: .backend))
        switch operation {
        case .publishBackend: return .publishBackend(name)
        case .unpublishBackend: return .unpublishBackend(name)
        case .deleteBackend: return .deleteBackend(name)
        default:
            let defaults = try DefaultsName(try decode(String.self, forKey: .defaults))
            return .addBackend(
                name,
                from: defaults,
                guid: try decode(String.self, forKey: .guid)
            )
        }
    }

    fileprivate func otherChange(_ operation: Change.Operation) throws -> Change {
        if operation == .setLimit {
            guard let target = LimitTarget(try decode(String.self, forKey: .limit)) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .limit,
                    in: self,
                    debugDescription: "not a limit"
                )
            }
            return .setLimit(target, from: try decode(Int.self, forKey: .from), to: try to())
        }
        let list = try PatternFileName(try decode(String.self, forKey: .list))
        let pattern = try decode(String.self, forKey: .pattern)
        return operation == .addPattern
            ? .addPattern(list, pattern) : .deletePattern(list, pattern)
    }

    fileprivate func mapChange(_ operation: Change.Operation) throws -> Change {
        let map = try PatternFileName(try decode(String.self, forKey: .map))
        if operation == .replaceMap {
            return .replaceMap(
                map,
                entries: try decode([MapEntry].self, forKey: .entries),
                added: try decode(Int.self, forKey: .added),
                changed: try decode(Int.self, forKey: .changed),
                removed: try decode(Int.self, forKey: .removed)
            )
        }
        let key = try decode(String.self, forKey: .key)
        if operation == .setMapEntry {
            let from = try decode(String.self, forKey: .from)
            return .setMapEntry(map, key: key, from: from, to: try to())
        }
        let entry = MapEntry(key: key, value: try decode(String.self, forKey: .value))
        return operation == .addMapEntry ? .addMapEntry(map, entry) : .deleteMapEntry(map, entry)
    }

    private func from<Value: Decodable>() throws -> Value? {
        try decodeIfPresent(Value.self, forKey: .from)
    }

    private func to<Value: Decodable>() throws -> Value { try decode(Value.self, forKey: .to) }

    /// `backend/server`; neither name can hold a slash.
    private func path() throws -> ServerPath {
        let parts = try decode(String.self, forKey: .server).split(separator: "/")
        guard parts.count == 2 else {
            throw DecodingError.dataCorruptedError(
                forKey: .server,
                in: self,
                debugDescription: "not backend/server"
            )
        }
        return ServerPath(try BackendName(String(parts[0])), try ServerName(String(parts[1])))
    }

    private func weight(_ key: Key) throws -> Weight {
        guard let weight = Weight(try decode(Int.self, forKey: key)) else {
            throw DecodingError.dataCorruptedError(
                forKey: key,
                in: self,
                debugDescription: "not 0 to 256"
            )
        }
        return weight
    }

    private func limit() throws -> Milliseconds {
        let text = try decode(String.self, forKey: .within)
        guard let limit = Milliseconds(parsing: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .within,
                in: self,
                debugDescription: "not a duration"
            )
        }
        return limit
    }
}
