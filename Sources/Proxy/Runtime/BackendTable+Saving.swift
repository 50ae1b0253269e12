import Model

extension BackendTable {
    /// Everything that differs from the boot file, to begin a state file with.
    var image: [StateChange] {
        var changes: [StateChange] = []
        for backend in backends {
            let name = backend.configuration.name
            for declared in backend.configuration.servers {
                let server = backend.server(named: declared.name)
                guard server == nil || server?.isDynamic == true else { continue }
                changes.append(.serverDeleted(backend: name, server: declared.name))
            }
            for server in backend.servers where server.isDynamic || server.isChanged {
                changes.append(.server(server.image(in: name)))
            }
        }
        for map in maps where map.isChanged { changes.append(.wholeMap(map.image)) }
        for number in frontends.indices
        where frontendRecords[number] != FrontendRecord(frontends[number]) {
            changes.append(.frontend(image(ofFrontend: number)))
        }
        if maxconn != bootMaxconn { changes.append(.maxconn(maxconn)) }
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
    func apply(_ change: StateChange, now: Milliseconds, slot: () -> UInt32) -> String? {
        switch change {
        case .server(let image): return apply(image, now: now, slot: slot)
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

extension ServerRecord {
    /// What a server of the boot file was declared as.
    var declaration: String { "\(declaredEndpoint) \(attributes.command)" }

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
        history = HealthHistory(rise: history.rise, fall: history.fall, health: image.health)
        isCheckEnabled = image.isCheckEnabled
        isCheckPaused = image.isCheckPaused
        checkAddress = image.checkAddress.flatMap { IPText.endpoint($0) ?? Endpoint($0) }
        checkPort = image.checkPort == 0 ? nil : image.checkPort
    }
}
