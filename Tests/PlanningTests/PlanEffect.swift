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
        case .storeCertificate, .deleteCertificate, .addCertificateLine, .deleteCertificateLine,
            .abortTransaction:
            applyToCertificate(change)
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

    /// HAProxy's rules: nothing empty in a list, nothing used is deleted, one transaction at a time.
    private mutating func applyToCertificate(_ change: Change) {
        var state = proxy.certificates
        switch change {
        case .storeCertificate(let name, let update):
            let other = state.transaction.map { $0.certificate != name } ?? false
            if other { refused.append("another transaction is under way") }
            if update.isNew == (state.certificates[name] != nil) {
                refused.append("\(name) exists")
            }
            let status = state.certificates[name]?.status ?? .unused
            state.certificates[name] = ObservedCertificate(
                status == .empty ? .unused : status,
                sha1: update.to.sha1
            )
            state.transaction = nil
        case .deleteCertificate(let name, _):
            let isListed = state.lists.values.contains { lines in
                lines.contains { $0.line.certificate == name }
            }
            if isListed { refused.append("\(name) is in use") }
            if state.certificates[name] == nil { refused.append("no \(name)") }
            state.certificates[name] = nil
        case .addCertificateLine(let list, let line):
            if state.certificates[line.certificate]?.sha1 == nil { refused.append("empty") }
            if state.lists[list] == nil { refused.append("no list \(list)") }
            let number = (state.lists[list]?.map(\.number).max() ?? 0) + 1
            state.lists[list]?.append(ObservedCertificateLine(number: number, line: line))
            state.certificates[line.certificate]?.status = .used
        case .deleteCertificateLine(let list, let line, let number):
            let first = state.lists[list]?.map(\.number).min()
            if first == number { refused.append("the default cannot leave") }
            let count = state.lists[list]?.count
            state.lists[list]?.removeAll { $0.number == number && $0.line == line }
            if state.lists[list]?.count == count { refused.append("no line \(number)") }
            let isListed = state.lists.values.contains { lines in
                lines.contains { $0.line.certificate == line.certificate }
            }
            if !isListed { state.certificates[line.certificate]?.status = .unused }
        default: state.transaction = nil
        }
        proxy.certificates = state
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
