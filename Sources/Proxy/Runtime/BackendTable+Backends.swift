import Model
import RuntimeAPI

extension BackendTable {
    /// Why a backend cannot be made; in HAProxy's words (`cli_parse_add_backend`, 3.4).
    func mistake(in addition: BackendAddition) -> String? {
        guard let base = population.defaults.first(where: { $0.name == addition.defaults }) else {
            return "Cannot find default proxy '\(addition.defaults)'."
        }
        if !base.hasMode, addition.mode == nil {
            return "Mode is required as '\(addition.defaults)' default proxy does not explicitly "
                + "defines it."
        }
        func failure(_ reason: String) -> String { "Error during backend creation : \(reason)." }
        if let other = backend(named: addition.name) {
            let kind = population.listens.contains(other.number) ? "listen" : "backend"
            return failure("name is already used by other proxy '\(kind) \(addition.name)'")
        }
        if let kind = population.owner(of: addition.name) {
            return failure("name is already used by other proxy '\(kind) \(addition.name)'")
        }
        if let guid = addition.guid {
            if guid.utf8.count > 127 { return failure("GUID insertion : Maximum length is 127") }
            if let owner = owner(ofGUID: guid) {
                return failure("GUID insertion : duplicate entry with \(owner)")
            }
        }
        let cookie = base.backend.options.cookie
        if cookie.isDynamic, base.backend.dynamicCookieKey.isEmpty {
            return failure("'cookie … dynamic' needs a 'dynamic-cookie-key'")
        }
        return nil
    }

    /// By name alone: a name may not begin with `#`.
    func backend(named name: String) -> BackendRecord? { name.hasPrefix("#") ? nil : backend(name) }

    /// Makes a backend that nothing is wrong with, unpublished; nil when there are too many.
    func add(
        _ addition: BackendAddition,
        id: Int? = nil,
        plane: any DataPlane,
        now: Milliseconds
    ) -> BackendRecord? {
        guard let base = population.defaults.first(where: { $0.name == addition.defaults }),
            let number = population.takeNumber(unless: { !plane.isUnused(backend: $0) })
        else { return nil }
        plane.reserve(backend: number)
        let taken = { (id: Int) in self.hasProxy(id: id) }
        let id = id.flatMap { taken($0) ? nil : $0 } ?? population.takeID(besides: taken)
        var configuration = base.backend.named(addition.name, id: id)
        if let mode = addition.mode { configuration.options.isTCP = mode == .tcp }
        let backend = BackendRecord(
            configuration,
            number: number,
            now: now,
            addition: addition,
            rules: base.rules
        )
        backend.isPublished = false
        enter(backend)
        noteChange(of: backend)
        unlessCertain {
            self.leave(backend)
            self.population.release(number)
            self.retire(backend, now: now)
        }
        return backend
    }

    private func hasProxy(id: Int) -> Bool {
        backend("#\(id)") != nil || frontends.contains { $0.id == id }
    }

    /// Lets rules lead to a backend, or pass it over.
    func publish(_ backend: BackendRecord, _ isPublished: Bool) {
        let before = backend.isPublished
        unlessCertain { backend.isPublished = before }
        backend.isPublished = isPublished
        noteChange(of: backend)
    }

    /// Forgets a backend that `refusal(toDelete:)` has nothing against.
    func remove(_ backend: BackendRecord, now: Milliseconds, released: @escaping (Int) -> Void) {
        let place = leave(backend)
        noteDeletion(ofBackend: backend.configuration.name)
        whenCertain {
            self.retire(backend, now: now)
            released(backend.number)
        }
        unlessCertain { self.enter(backend, at: place) }
    }

    /// What must be changed before a backend can be deleted (`be_check_for_deletion`, HAProxy 3.4).
    func refusal(toDelete backend: BackendRecord) -> String? {
        if population.listens.contains(backend.number) { return "Cannot delete a listen section." }
        if backend.addition == nil, population.pinned.contains(backend.number) {
            return
                "This proxy cannot be removed at runtime due to other configuration elements pointing to it."
        }
        if backend.isPublished { return "Backend must be unpublished prior to its deletion." }
        return backend.servers.isEmpty ? nil : "Only a backend without server can be deleted."
    }

    // MARK: The list of backends

    /// Adds a backend whose name, id, number and guid are known to be free.
    func enter(_ backend: BackendRecord, at place: Int? = nil) {
        let name = backend.configuration.name
        backends.insert(backend, at: place ?? backends.count)
        backendsByName[name] = backend
        backendsByID[backend.configuration.id] = backend
        names.backends[name] = Int32(backend.number)
        names.add(MapEntry(key: name, value: name))
        if let guid = backend.addition?.guid { guids[guid] = "backend \(name)" }
        backend.isDeleted = false
        areBackendsChanged = true
        changes += 1
    }

    /// Takes a backend without servers out; answers where it stood.
    @discardableResult
    func leave(_ backend: BackendRecord) -> Int? {
        precondition(backend.servers.isEmpty, "only a backend without servers is deleted")
        let name = backend.configuration.name
        let place = backends.firstIndex { $0 === backend }
        if let place { backends.remove(at: place) }
        backendsByName[name] = nil
        backendsByID[backend.configuration.id] = nil
        names.backends[name] = nil
        _ = names.remove(name)
        if let guid = backend.addition?.guid { guids[guid] = nil }
        backend.isDeleted = true
        areBackendsChanged = true
        changes += 1
        return place
    }

    /// Gives the memory of a backend back that left.
    func retire(_ backend: BackendRecord, now: Milliseconds) {
        backend.retire(generation: snapshot.generation, now: now, into: &retired)
    }

    /// Notices a change of a backend that is no change of its servers.
    func noteChange(of backend: BackendRecord) {
        changes += 1
        guard keepsUnsaved, !backend.isUnsaved else { return }
        backend.isUnsaved = true
        unsaved.append(.backend(backend))
    }

    /// Notices that a backend is gone.
    func noteDeletion(ofBackend name: String) {
        if keepsUnsaved { unsaved.append(.backendDeletion(name)) }
    }

    /// Backends by their numbers, with the services between those of the boot file and the others.
    var backendRows: [BackendSnapshot] {
        let count = population.firstDynamicNumber
        let last = backends.lazy.map(\.number).max() ?? 0
        var rows = [BackendSnapshot](repeating: BackendSnapshot(), count: max(count, last + 1))
        for (number, service) in services.enumerated() {
            rows[count - services.count + number] = service
        }
        for backend in backends { rows[backend.number] = backend.snapshot }
        return rows
    }

    /// Makes names and rules of backends true again.
    func renewBackends() {
        areBackendsChanged = false
        names.rebuild(retired: &retired)
        snapshot.backendNames = names.snapshot
        var text = rules.text
        var rows = rules.backends
        for backend in backends where backend.addition != nil {
            let missing = backend.number + 1 - rows.count
            if missing > 0 { rows += Array(repeating: ProxyRules(), count: missing) }
            let name = backend.configuration.name.utf8
            rows[backend.number] = backend.rules
            rows[backend.number].name = TextReference(start: text.count, count: name.count)
            rows[backend.number].id = Int32(truncatingIfNeeded: backend.configuration.id)
            text += name
        }
        retired.append(RetiredMemory(snapshot.rules.text))
        retired.append(RetiredMemory(snapshot.rules.backends))
        snapshot.rules.text = .make(text)
        snapshot.rules.backends = .make(rows)
    }
}

extension BackendTable {
    /// Changes how servers of a backend are named in cookies.
    func name(_ backend: BackendRecord, by settings: CookieSettings) {
        let saved = backend.cookies
        unlessCertain { backend.name(by: saved) }
        backend.name(by: settings)
        changes += 1
        if keepsUnsaved { unsaved.append(.cookies(backend)) }
    }

    func cookieImage(of backend: BackendRecord) -> StateChange {
        .cookies(
            backend: backend.configuration.name,
            isDynamic: backend.cookies.isDynamic,
            key: backend.cookies.key
        )
    }
}
