import Model
import RuntimeAPI

extension RuntimeService {
    /// Commands that change or ask one server; nil for every other command.
    func executeServer(_ command: RuntimeCommand, now: Milliseconds) -> RuntimeReply? {
        switch command {
        case .addServer(let reference, let address, let arguments):
            return add(reference, address: address, arguments: arguments, now: now)
        case .enableServer(let reference):
            return onServer(reference) { set($1, of: $0, to: .ready, now: now) }
        case .disableServer(let reference):
            return onServer(reference) { set($1, of: $0, to: .maint, now: now) }
        case .setServerState(let reference, let state):
            return onServer(reference) { set($1, of: $0, to: state, now: now) }
        case .enableHealth(let reference):
            return onServer(reference) { setChecks($1, of: $0, isEnabled: true) }
        case .disableHealth(let reference):
            return onServer(reference) { setChecks($1, of: $0, isEnabled: false) }
        case .setServerWeight(let reference, let weight):
            return onServer(reference) { set($1, of: $0, weight: weight) }
        case .getWeight(let reference):
            return onServer(reference) { _, server in
                RuntimeReply(text: "\(server.weight) (initial \(server.initialWeight))")
            }
        case .setServerAddress(let reference, let address, let port):
            return onServer(reference) { move($1, of: $0, to: address, port: port) }
        case .setServerHealth(let reference, let health):
            return onServer(reference) { backend, server in
                guard server.tracked == nil else {
                    return .error("cannot change health on a tracking server.")
                }
                reporting(server, of: backend, because: ", changed from CLI") {
                    table.change(server, of: backend) { $0.force(health, now: now) }
                }
                return RuntimeReply()
            }
        case .setServerCheckAddress(let reference, let address, let port):
            return onServer(reference) { setCheck($1, of: $0, address: address, port: port) }
        case .setServerCheckPort(let reference, let port):
            return onServer(reference) { setCheck($1, of: $0, address: nil, port: port) }
        case .setServerMaxconn(let reference, let value):
            return onServer(reference) { set($1, of: $0, maxconn: value) }
        case .shutdownServerSessions(let reference):
            return onServer(reference) { _, server in
                let isInMaintenance = server.isInMaintenance
                table.whenCertain { [plane] in
                    plane.shutdownSessions(of: server.slot)
                    if isInMaintenance { plane.purgeIdleConnections(of: server.slot) }
                }
                return RuntimeReply()
            }
        case .invalid(let invalid):
            switch invalid.subject {
            case .server(let reference): return onServer(reference) { _, _ in invalid.reply }
            case .nothing: return invalid.reply
            case .map, .frontend: return nil
            }
        default: return executeAgent(command)
        }
    }

    /// Runs a command on the server it names, which must exist.
    func onServer(
        _ reference: ServerReference,
        _ body: (BackendRecord, ServerRecord) -> RuntimeReply
    ) -> RuntimeReply {
        guard let backend = table.backend(reference.backend) else {
            return .error("No such backend.")
        }
        guard let server = table.server(reference.server, in: backend) else {
            return .error("No such server.")
        }
        return body(backend, server)
    }

    private func set(
        _ server: ServerRecord,
        of backend: BackendRecord,
        to state: AdminState,
        now: Milliseconds
    ) -> RuntimeReply {
        reporting(server, of: backend, because: "") {
            table.change(server, of: backend) { $0.set(state, now: now) }
        }
        if state == .maint {
            table.whenCertain { [plane] in plane.purgeIdleConnections(of: server.slot) }
        }
        return RuntimeReply()
    }

    private func setChecks(_ server: ServerRecord, of backend: BackendRecord, isEnabled: Bool)
        -> RuntimeReply
    {
        guard server.attributes.isChecked else {
            let refusal = "Health check was not configured on this server, cannot enable."
            return isEnabled ? .error(refusal) : RuntimeReply()
        }
        table.change(server, of: backend) { $0.isCheckEnabled = isEnabled }
        return RuntimeReply()
    }

    private func set(_ server: ServerRecord, of backend: BackendRecord, weight: WeightArgument)
        -> RuntimeReply
    {
        let number =
            switch weight {
            case .absolute(let number): number
            case .relative(let percent): min(256, server.initialWeight * percent / 100)
            }
        table.change(server, of: backend) { $0.weight = number }
        return RuntimeReply()
    }

    private func set(_ server: ServerRecord, of backend: BackendRecord, maxconn value: String)
        -> RuntimeReply
    {
        guard let number = Int(value), (0...Int(Int32.max)).contains(number) else {
            return .error("maxconn string empty or preceded by garbage")
        }
        table.change(server, of: backend) { $0.maxconn = number }
        return RuntimeReply()
    }

    /// `srv_update_addr_port` of HAProxy 3.0: answers with severity warning, changed or not.
    private func move(
        _ server: ServerRecord,
        of backend: BackendRecord,
        to address: String,
        port: String?
    ) -> RuntimeReply {
        guard let host = IPText.endpoint(address) else {
            return .warning("Invalid addr '\(address)'")
        }
        guard let oldPort = server.endpoint.port else {
            return .warning(
                "Update for the current server address family is only supported through configuration file."
            )
        }
        var newPort = oldPort
        if let port {
            guard let number = UInt16(port), number > 0, !port.hasPrefix("+") else {
                return .warning("problem converting port '\(port)' to an int")
            }
            newPort = number
        }
        let target = host.with(port: newPort)
        guard target != server.endpoint else { return .warning("nothing changed") }
        var changes: [String] = []
        if target.host != server.endpoint.host {
            changes.append("IP changed from '\(server.endpoint.host)' to '\(target.host)'")
        }
        if newPort != oldPort { changes.append("port changed from '\(oldPort)' to '\(newPort)'") }
        table.move(server, of: backend, to: target)
        return .warning(changes.joined(separator: ", ") + " by 'stats socket command'")
    }

    private func setCheck(
        _ server: ServerRecord,
        of backend: BackendRecord,
        address: String?,
        port: String?
    ) -> RuntimeReply {
        guard server.isCheckEnabled else {
            return .warning("health checks are not enabled on this server")
        }
        return move(to: address, port, ports: 1...65_535) { host, number in
            table.change(server, of: backend) { server in
                if let host { server.checkAddress = host }
                if let number { server.checkPort = number }
            }
            table.renewCheck(of: server, in: backend)
        }
    }

    /// `add server`: checks in HAProxy 3.0's order.
    private func add(
        _ reference: ServerReference,
        address: String,
        arguments: [String],
        now: Milliseconds
    ) -> RuntimeReply {
        guard let backend = table.backend(reference.backend) else {
            return .error("No such backend.")
        }
        guard backend.configuration.balance.allowsDynamicServers else {
            return .error("Backend must use a dynamic load balancing to support dynamic servers.")
        }
        let name = reference.server
        guard backend.server(named: name) == nil else {
            return .error("Already exists a server with the same name in backend.")
        }
        if address.isEmpty {
            return .error("'server' expects <name> and <addr>[:<port>] as arguments.")
        }
        if let mistake = ServerNames.mistake(in: name) { return .error(mistake) }
        let endpoint: Endpoint
        switch ServerAddress.parse(address) {
        case .endpoint(let parsed): endpoint = parsed
        case .mistake(let mistake): return .error(mistake)
        }
        var parsed = ServerArguments()
        if let mistake = parsed.read(arguments, server: name, isDynamic: true) {
            return .error(mistake)
        }
        if let omission = parsed.omission(server: name) { return .error(omission) }
        if let mistake = conflict(of: parsed.attributes, in: backend) { return .error(mistake) }
        do throws(TLSContext.Mistake) {
            _ = try table.certificates.server(parsed.attributes)
        } catch {
            return .error(error.text)
        }
        if let word = parsed.attributes.word(.track),
            let mistake = table.mistake(inTracking: word, by: backend)
        {
            return .error(mistake)
        }
        var declaration = ServerDeclaration(
            name: name,
            id: parsed.attributes.integer(.id) ?? backend.nextID,
            endpoint: endpoint,
            attributes: parsed.attributes
        )
        declaration.isDynamic = true
        let slot = plane.allocateSlot()
        let server = table.add(declaration, to: backend, slot: slot, now: now)
        table.unlessCertain { self.release(server) }
        return .info("New server registered.")
    }

    private func conflict(of attributes: ServerAttributes, in backend: BackendRecord) -> String? {
        if let id = attributes.integer(.id), let other = backend.server(id: id) {
            let place = other.origin.map { "\($0.file):\($0.line)" } ?? ":0"
            return "'id' : custom id \(id) already used at \(place) ('server \(other.name)')."
        }
        if let guid = attributes.word(.guid) {
            if guid.utf8.count > 127 { return "'guid' : Maximum length is 127." }
            if let owner = table.owner(ofGUID: guid) {
                return "'guid': duplicate entry with \(owner)."
            }
        }
        return nil
    }
}

/// IP literals without a port, as `set server … addr` takes them.
enum IPText {
    static func endpoint(_ text: String) -> Endpoint? {
        if let address = IPv4Address(text) { return .ipv4(address, port: 0) }
        var bare = text[...]
        if bare.hasPrefix("["), bare.hasSuffix("]") { bare = bare.dropFirst().dropLast() }
        return IPv6Address(bare).map { .ipv6($0, port: 0) }
    }
}
