package import Model
package import PlanSearch
import Planning

/// A world of the search in the planner's words: what is desired and what a proxy shows.
package struct PlannedWorld {
    /// Where its servers listen and how they are checked; the defaults are for worlds that are never built.
    package struct Place: Sendable {
        package var network: UInt32 = 10 << 24
        package var port: UInt16 = 80
        /// Time between two checks, of which one is enough; nil leaves HAProxy's.
        package var inter: Milliseconds?

        package init() {}
    }

    private static let origin = Origin(file: "fleet.yaml", line: 1, column: 1)
    private static let backends = ["shop", "blog"]
    private static let defaults = name("http") { try DefaultsName($0) }
    package static let map = name("hosts.map") { try PatternFileName($0) }

    package let world: SearchWorld
    private let place: Place

    package init(world: SearchWorld, place: Place = Place()) {
        self.world = world
        self.place = place
    }

    /// A name that this file itself wrote.
    private static func name<Kind>(_ text: String, _ read: (String) throws -> Kind) -> Kind {
        guard let name = try? read(text) else { preconditionFailure("bad name \(text)") }
        return name
    }

    /// The name of a backend.
    package static func backend(_ index: Int) -> BackendName {
        name(backends[index]) { try BackendName($0) }
    }

    /// The name of a server.
    package func path(_ index: Int) -> ServerPath {
        let text = world.servers[index].standsInFor.map { "web\($0).surge" } ?? "web\(index)"
        let server = Self.name(text) { try ServerName($0) }
        return ServerPath(Self.backend(world.servers[index].backend), server)
    }

    /// The number of a server; nil for one that the world does not have.
    func index(of path: ServerPath) -> Int? { world.serverIndices.first { self.path($0) == path } }

    private func endpoint(_ index: Int, isWanted: Bool) -> Endpoint {
        let host = UInt32(isWanted ? index + 1 : index + 101)
        return .ipv4(IPv4Address(bits: place.network | host), port: place.port)
    }

    private func attributes(_ index: Int, isWanted: Bool = true) -> ServerAttributes {
        let server = world.servers[index]
        var attributes = ServerAttributes()
        attributes[.weight] = .integer(server.weightWanted)
        if server.isChecked {
            attributes[.check] = .flag
            if let inter = place.inter {
                attributes[.inter] = .duration(inter)
                attributes[.rise] = .integer(1)
            }
        }
        if !isWanted { attributes[.fall] = .integer(7) }
        return attributes
    }

    // MARK: The document

    /// What the document asks for.
    package var fleet: DesiredFleet {
        let maps = [desiredMap]
        let backends = world.backends.indices.filter { world.backends[$0].isDeclared }
            .map { desiredBackend($0) }
        return DesiredFleet(
            name: Self.name("edge") { try FleetName($0) },
            proxies: [],
            backends: backends.sorted { $0.name < $1.name },
            maps: maps,
            origin: Self.origin
        )
    }

    private func desiredBackend(_ number: Int) -> DesiredBackend {
        let declared = world.serverIndices.filter {
            world.servers[$0].backend == number && world.servers[$0].isDeclared
        }
        var backend = DesiredBackend(
            name: Self.backend(number),
            document: "shop",
            servers: declared.map { index in
                DesiredServer(
                    name: path(index).server,
                    endpoint: endpoint(index, isWanted: true),
                    attributes: attributes(index),
                    state: AdminState(world.servers[index].target),
                    origin: Self.origin
                )
            },
            origin: Self.origin
        )
        backend.minCapacity = world.backends[number].minCapacity
        backend.maxUnavailable = .count(world.backends[number].maxUnavailable)
        if world.backends[number].surges { backend.replacement = .surge }
        if world.backends[number].isDynamic { backend.defaults = Self.defaults }
        return backend
    }

    private var desiredMap: DesiredMap {
        var wanted = SearchState()
        wanted.map = world.wantedMap
        var map = DesiredMap(
            name: Self.map,
            entries: Self.entries(wanted).map {
                DesiredMapEntry(key: $0.key, value: $0.value, origin: Self.origin)
            },
            origin: Self.origin
        )
        map.isAtomic = world.isAtomic
        map.unmanaged = .remove
        return map
    }

    /// The entries of a map.
    package static func entries(_ state: SearchState) -> [MapEntry] {
        (0..<SearchWorld.keys).compactMap { key in
            let value = state[key: key]
            guard value > 0 else { return nil }
            return MapEntry(key: "key\(key)", value: backends[value - 1])
        }
    }

    /// The number of a key of the map.
    static func key(_ text: String) -> Int? { (0..<SearchWorld.keys).first { "key\($0)" == text } }

    // MARK: The proxy

    /// What the proxy shows at the start.
    package var proxy: ObservedProxy {
        var proxy = ObservedProxy(
            name: Self.name("lb1") { try ProxyName($0) },
            incarnation: Incarnation(pid: 7, startTime: 1),
            capabilities: ProxyCapabilities(
                program: .haproxy,
                version: world.startsDown ? ProxyVersion(3, 4) : ProxyVersion(2, 6)
            )
        )
        for number in world.backends.indices {
            let name = Self.backend(number)
            guard world.start[backend: number] != .absent else { continue }
            var backend = ObservedBackend(name: name, id: number + 2)
            backend.isPublished = world.start[backend: number] == .published
            if world.backends[number].isDynamic {
                backend.guid = BackendIdentity.guid(of: name, from: Self.defaults)
            }
            proxy.backends[name] = backend
        }
        for index in world.serverIndices where world.start[server: index].exists {
            let path = path(index)
            proxy.backends[path.backend]?.servers[path.server] = observed(index)
        }
        proxy.maps[Self.map] = ObservedMap(name: Self.map, entries: Self.entries(world.start))
        return proxy
    }

    /// The attributes that a server has at the start.
    package func attributesAtStart(_ index: Int) -> ServerAttributes {
        let state = world.start[server: index]
        var attributes = attributes(index, isWanted: state.hasAttributes)
        let fixed = world.servers[index]
        attributes[.weight] = .integer(state.hasWeight ? fixed.weightWanted : fixed.weightBefore)
        return attributes
    }

    private func observed(_ index: Int) -> ObservedServer {
        let state = world.start[server: index]
        let fixed = world.servers[index]
        let path = path(index)
        let attributes = attributes(index, isWanted: state.hasAttributes)
        let ring = ServerIdentity.preferredID(of: path)
        let digest = ServerIdentity.digest(of: attributes)
        var server = ObservedServer(
            name: path.server,
            id: world.startsDown ? ring : ServerIdentity.id(ring, carrying: digest),
            endpoint: endpoint(index, isWanted: state.hasAddress)
        )
        if world.startsDown {
            server.guid = ServerIdentity.guid(of: path, attributes: attributes)
        }
        server.admin = AdminState(state.mode)
        server.weight = Weight(state.hasWeight ? fixed.weightWanted : fixed.weightBefore) ?? .one
        server.operational = state.isUp ? .running : .stopped
        server.isChecked = fixed.isChecked
        server.isCheckEnabled = state.isHealthOn
        server.hasPassedCheck = state.isProven
        server.maxconn = state.hasMaxconn ? 0 : 9
        return server
    }
}

extension AdminState {
    init(_ mode: ServerMode) {
        self =
            switch mode {
            case .ready: .ready
            case .drain: .drain
            case .maint: .maint
            }
    }
}

extension ServerMode {
    init(_ state: AdminState) {
        self =
            switch state {
            case .ready: .ready
            case .drain: .drain
            case .maint: .maint
            }
    }
}
