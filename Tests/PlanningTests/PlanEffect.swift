import Model
import Planning

/// What HAProxy's state becomes by each change: the planner's counterpart in tests, sharing no code with it.
struct PlanEffect {
    private(set) var proxy: ObservedProxy
    /// Commands that a proxy would have refused.
    private(set) var refused: [String] = []

    init(_ proxy: ObservedProxy) { self.proxy = proxy }

    /// Weight in service in a backend.
    func capacity(of backend: BackendName) -> Int {
        var sum = 0
        for server in (proxy.backends[backend]?.servers ?? [:]).values
        where server.admin == .ready && server.operational != .stopped && !server.isBackup {
            sum += server.weight.value
        }
        return sum
    }

    mutating func apply(_ change: Change) {
        switch change {
        case .addServer(let path, let id, let endpoint, let attributes):
            add(path, id: id, endpoint: endpoint, attributes: attributes)
        case .deleteServer(let path): delete(path)
        case .addMapEntry(let map, let entry): proxy.maps[map]?.entries.append(entry)
        case .setMapEntry(let map, let key, _, let value): set(key, to: value, in: map)
        case .deleteMapEntry(let map, let entry):
            proxy.maps[map]?.entries.removeAll { $0.key == entry.key }
        case .replaceMap(let map, let entries, _, _, _): proxy.maps[map]?.entries = entries
        case .addPattern(let list, let pattern): proxy.acls[list]?.append(pattern)
        case .deletePattern(let list, let pattern):
            proxy.acls[list]?.removeAll { $0 == pattern }
        case .setLimit(let target, _, let value): proxy.limits[target] = value
        case .addBackend, .publishBackend, .unpublishBackend, .deleteBackend:
            applyToBackend(change)
        default:
            guard let path = change.server else { return }
            guard var server = proxy.backends[path.backend]?.servers[path.server] else {
                refused.append("no server \(path)")
                return
            }
            alter(&server, by: change)
            proxy.backends[path.backend]?.servers[path.server] = server
        }
    }

    /// A backend is created unpublished and goes only so, and without servers (HAProxy 3.4).
    private mutating func applyToBackend(_ change: Change) {
        guard let name = change.backend else { return }
        let live = proxy.backends[name]
        switch change {
        case .addBackend(_, _, let guid):
            if live != nil { refused.append("backend \(name) exists") }
            var backend = ObservedBackend(name: name, id: proxy.backends.count + 2)
            backend.guid = guid
            backend.isPublished = false
            proxy.backends[name] = backend
        case .publishBackend, .unpublishBackend:
            if live == nil { refused.append("no backend \(name)") }
            proxy.backends[name]?.isPublished = change == .publishBackend(name)
        default:
            if live?.isPublished != false || live?.servers.isEmpty != true {
                refused.append("backend \(name) is published or has servers")
            }
            proxy.backends[name] = nil
        }
    }

    private mutating func add(
        _ path: ServerPath,
        id: Int,
        endpoint: Endpoint,
        attributes: ServerAttributes
    ) {
        if proxy.backends[path.backend] == nil { refused.append("no backend \(path.backend)") }
        let others = proxy.backends[path.backend]?.servers ?? [:]
        if others[path.server] != nil { refused.append("\(path) exists") }
        if others.values.contains(where: { $0.id & 0xf_ffff == id & 0xf_ffff }) {
            refused.append("id \(id) of \(path) is taken")
        }
        var server = ObservedServer(name: path.server, id: id, endpoint: endpoint)
        server.admin = .maint
        server.operational = .stopped
        server.weight = attributes.weight
        server.isChecked = attributes.isChecked
        server.hasPassedCheck = !attributes.isChecked
        server.isBackup = attributes[.backup] != nil
        server.maxconn = attributes.integer(.maxconn) ?? 0
        server.checkAddress = attributes.word(.addr)
        server.checkPort = attributes.integer(.port) ?? 0
        server.agentAddress = attributes.word(.agentAddr)
        server.agentPort = attributes.integer(.agentPort) ?? 0
        if proxy.capabilities.version >= ProxyVersion(3, 0) { server.guid = attributes.word(.guid) }
        proxy.backends[path.backend]?.servers[path.server] = server
    }

    private mutating func delete(_ path: ServerPath) {
        let server = proxy.backends[path.backend]?.servers.removeValue(forKey: path.server)
        if server?.admin != .maint { refused.append("\(path) is not in maintenance") }
    }

    private mutating func set(_ key: String, to value: String, in map: PatternFileName) {
        guard var entries = proxy.maps[map]?.entries, entries.contains(where: { $0.key == key })
        else {
            refused.append("no entry \(key)")
            return
        }
        for index in entries.indices where entries[index].key == key {
            entries[index] = MapEntry(key: key, value: value)
        }
        proxy.maps[map]?.entries = entries
    }

    private mutating func alter(_ server: inout ObservedServer, by change: Change) {
        switch change {
        case .enableHealth: server.isCheckEnabled = true
        case .enableAgent: server.isAgentChecked = true
        case .setAdmin(_, _, let state):
            let startsDown = proxy.capabilities.version >= ProxyVersion(3, 1) && server.guid != nil
            if server.admin == .maint, state != .maint {
                server.operational = server.isChecked && startsDown ? .stopped : .running
            }
            if state == .maint { server.operational = .stopped }
            server.admin = state
        case .setWeight(_, _, let weight): server.weight = weight
        case .setAddress(_, _, let endpoint):
            server.endpoint = endpoint
            if server.isChecked { server.operational = .stopped }
        case .setMaxconn(_, _, let maxconn): server.maxconn = maxconn
        case .setCheckAddress(_, let address, let port):
            if !server.isCheckEnabled { refused.append("health checks are not enabled") }
            if let address { server.checkAddress = address }
            if let port { server.checkPort = port }
        case .setAgentAddress(_, let address, let port):
            if !server.isAgentChecked { refused.append("agent checks are not enabled") }
            if let address { server.agentAddress = address }
            if let port { server.agentPort = port }
        case .awaitUp:
            if server.admin == .maint { refused.append("\(server.name) is never checked") }
            server.operational = .running
            server.hasPassedCheck = true
        default: break
        }
    }
}
