import Model
import RuntimeAPI

extension BackendTable {
    /// Something the state file has to be told of.
    enum Unsaved {
        case server(ServerRecord, backend: String)
        case deletion(backend: String, server: String)
        case map(Int)
        case frontend(Int)
        case maxconn
        case rateLimit(LimitTarget.Rate)
        case variable(String)
        case cookies(BackendRecord)
        case backend(BackendRecord)
        case backendDeletion(String)
    }

    /// Everything that differs from the boot file, to begin a state file with.
    var image: [StateChange] {
        var changes = backendImages
        for backend in backends {
            let name = backend.configuration.name
            for declared in backend.configuration.servers {
                let server = backend.server(named: declared.name)
                guard server == nil || server?.isDynamic == true else { continue }
                changes.append(.serverDeleted(backend: name, server: declared.name))
            }
            for server in backend.servers where server.isDynamic || server.isChanged {
                changes += server.images(in: name)
            }
        }
        for map in maps where map.isChanged { changes.append(.wholeMap(map.image)) }
        for number in frontends.indices
        where frontendRecords[number] != FrontendRecord(frontends[number]) {
            changes.append(.frontend(image(ofFrontend: number)))
        }
        if maxconn != bootMaxconn { changes.append(.maxconn(maxconn)) }
        for backend in backends
        where backend.cookies != CookieSettings(backend.configuration) {
            changes.append(cookieImage(of: backend))
        }
        changes += variables.keys.sorted().compactMap { image(ofVariable: $0) }
        changes += rateLimits.sorted { $0.key < $1.key }.map { .rateLimit($0, $1) }
        return changes
    }

    func image(ofFrontend number: Int) -> StateChange.FrontendImage {
        let record = frontendRecords[number]
        return StateChange.FrontendImage(
            name: record.name,
            isPaused: record.isPaused,
            isShut: record.isShut,
            maxconn: record.maxconn
        )
    }

    /// Makes a change of the state file true; a warning when the boot file has become a different one.
    func apply(_ change: StateChange, plane: any DataPlane, now: Milliseconds) -> String? {
        switch change {
        case .server(let image): return apply(image, now: now, slot: plane.allocateSlot)
        case .agent(let image): return apply(image)
        case .backend(let image): return apply(image, plane: plane, now: now)
        case .backendDeleted(let name): return applyDeletion(ofBackend: name, now: now)
        case .serverDeleted(let backendName, let name):
            guard let backend = backend(backendName), let server = backend.server(named: name)
            else { return nil }
            if server.isUsable {
                self.change(server, of: backend) { $0.set(.maint, now: now) }
            }
            remove(server, from: backend)
            return nil
        case .frontend(let image):
            guard let number = frontendNumber(image.name) else {
                return "frontend '\(image.name)' is gone"
            }
            self.change(frontend: number) { record in
                record.isPaused = image.isPaused
                record.isShut = image.isShut
                record.maxconn = image.maxconn
            }
            return nil
        case .maxconn(let limit):
            setMaxconn(limit)
            return nil
        case .rateLimit(let rate, let limit):
            setRateLimit(rate, to: limit)
            return nil
        case .cookies(let name, let isDynamic, let key):
            guard let backend = backend(named: name) else { return "backend '\(name)' is gone" }
            self.name(backend, by: CookieSettings(isDynamic: isDynamic, key: key))
            return nil
        case .variable(let name, let text, let isFormat):
            return applyVariable(name, text, isFormat: isFormat)
        case .map(let name, let change):
            guard let number = mapNumber(name) else { return "map '\(name)' is gone" }
            self.change(map: number) { $0.apply(change) }
            return nil
        case .wholeMap(let image):
            guard let number = mapNumber(image.name) else { return "map '\(image.name)' is gone" }
            guard self.change(map: number, { $0.restore(image) }) else {
                return "map '\(image.name)' has other entries in the boot files: they are taken"
            }
            return nil
        }
    }

    private func apply(
        _ image: StateChange.ServerImage,
        now: Milliseconds,
        slot: () -> UInt32
    ) -> String? {
        let path = "\(image.backend)/\(image.name)"
        guard let backend = backend(image.backend) else {
            return "server \(path): its backend is gone"
        }
        guard let endpoint = Endpoint(image.endpoint) else {
            return "server \(path): '\(image.endpoint)' is no address"
        }
        guard let server = backend.server(named: image.name) else {
            return image.isDynamic
                ? add(image, endpoint, to: backend, now: now, slot: slot())
                : "server \(path) is no longer in the boot file"
        }
        guard server.isDynamic == image.isDynamic,
            server.isDynamic || server.declaration == image.arguments
        else { return "server \(path) is another one in the boot file, which is taken" }
        if server.endpoint != endpoint { move(server, of: backend, to: endpoint) }
        change(server, of: backend) { $0.take(image) }
        return nil
    }

    /// What became of a server without that agent has been told already.
    private func apply(_ image: StateChange.AgentImage) -> String? {
        guard let backend = backend(image.backend),
            let server = backend.server(named: image.server), server.agent != nil
        else { return nil }
        changeAgent(server, of: backend, isMoved: true) { agent in
            agent.isEnabled = image.isEnabled
            agent.isHealthy = image.isHealthy
            agent.address = image.address.flatMap { IPText.endpoint($0) ?? Endpoint($0) }
            agent.port = min(max(image.port, 0), 65_535)
            agent.text = image.text
        }
        return nil
    }

    private func add(
        _ image: StateChange.ServerImage,
        _ endpoint: Endpoint,
        to backend: BackendRecord,
        now: Milliseconds,
        slot: UInt32
    ) -> String? {
        let path = "\(image.backend)/\(image.name)"
        guard backend.server(id: image.id) == nil else {
            return "server \(path): its id \(image.id) is taken in the boot file"
        }
        var arguments = ServerArguments()
        let words = image.arguments.split(separator: " ").map(String.init)
        if let mistake = arguments.read(words, server: image.name, isDynamic: true) {
            return "server \(path): \(mistake)"
        }
        var declaration = ServerDeclaration(
            name: image.name,
            id: image.id,
            endpoint: endpoint,
            attributes: arguments.attributes
        )
        declaration.isDynamic = true
        let server = add(declaration, to: backend, slot: slot, now: now)
        change(server, of: backend) { $0.take(image) }
        return nil
    }
}

extension BackendTable {
    /// What a state file has to know of a backend besides its servers.
    func image(of backend: BackendRecord) -> StateChange.BackendImage {
        StateChange.BackendImage(
            name: backend.configuration.name,
            id: backend.configuration.id,
            isPublished: backend.isPublished,
            addition: backend.addition
        )
    }

    /// Backends that are not as in the boot file, and those that are gone.
    var backendImages: [StateChange] {
        let live = Set(backends.map(\.configuration.name))
        let gone = bootBackends.filter { !live.contains($0) }.map { StateChange.backendDeleted($0) }
        return gone
            + backends.filter { $0.addition != nil || !$0.isPublished }.map {
                .backend(image(of: $0))
            }
    }

    /// Makes a backend what the state file says; a warning when the boot file has become a different one.
    func apply(_ image: StateChange.BackendImage, plane: any DataPlane, now: Milliseconds)
        -> String?
    {
        if let backend = backend(named: image.name) {
            guard backend.addition == image.addition else {
                return "backend '\(image.name)' is another one in the boot file, which is taken"
            }
            publish(backend, image.isPublished)
            return nil
        }
        guard let addition = image.addition else {
            return "backend '\(image.name)' is no longer in the boot file"
        }
        if let mistake = mistake(in: addition) { return "backend '\(image.name)': \(mistake)" }
        guard let made = add(addition, id: image.id, plane: plane, now: now) else {
            return "backend '\(image.name)': there are too many"
        }
        publish(made, image.isPublished)
        return nil
    }

    /// Deletes a backend that the state file says is gone, with its servers.
    func applyDeletion(ofBackend name: String, now: Milliseconds) -> String? {
        guard let backend = backend(named: name) else { return nil }
        if backend.addition == nil, population.pinned.contains(backend.number) {
            return "backend '\(name)' was deleted, but the boot file refers to it: it stays"
        }
        for server in backend.servers {
            change(server, of: backend) { $0.set(.maint, now: now) }
            remove(server, from: backend)
        }
        remove(backend, now: now) { self.population.release($0) }
        return nil
    }
}

extension ServerRecord {
    /// What a server of the boot file was declared as.
    var declaration: String { "\(declaredEndpoint) \(attributes.command)" }

    /// Everything a state file has to know of it.
    func images(in backend: String) -> [StateChange] {
        guard let agent else { return [.server(image(in: backend))] }
        var image = StateChange.AgentImage(backend: backend, server: name)
        image.isEnabled = agent.isEnabled
        image.isHealthy = agent.isHealthy
        image.address = agent.address?.description
        image.port = agent.port
        image.text = agent.text
        return [.server(self.image(in: backend)), .agent(image)]
    }

    func image(in backend: String) -> StateChange.ServerImage {
        StateChange.ServerImage(
            backend: backend,
            name: name,
            id: id,
            isDynamic: isDynamic,
            arguments: isDynamic ? attributes.command : declaration,
            endpoint: endpoint.description,
            weight: weight,
            maxconn: maxconn,
            adminBits: adminBits,
            operational: operational.rawValue,
            health: history.health,
            isCheckEnabled: isCheckEnabled,
            isCheckPaused: isCheckPaused,
            checkAddress: checkAddress?.description,
            checkPort: checkPort ?? 0
        )
    }

    /// Becomes what an image says, address aside.
    func take(_ image: StateChange.ServerImage) {
        weight = min(max(image.weight, 0), 256)
        maxconn = max(image.maxconn, 0)
        adminBits = image.adminBits
        operational = OperationalState(rawValue: image.operational) ?? .running
        // Who was starting before the restart has started.
        if operational == .starting { operational = .running }
        history = HealthHistory(rise: history.rise, fall: history.fall, health: image.health)
        isCheckEnabled = image.isCheckEnabled
        isCheckPaused = image.isCheckPaused
        checkAddress = image.checkAddress.flatMap { IPText.endpoint($0) ?? Endpoint($0) }
        checkPort = image.checkPort == 0 ? nil : image.checkPort
    }
}
