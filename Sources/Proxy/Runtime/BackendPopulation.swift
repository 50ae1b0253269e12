import Model

/// Which backends can come and go while running: what they are made of, and the numbers they are known by.
struct BackendPopulation {
    /// Named `defaults` sections.
    let defaults: [DefaultsConfiguration]
    /// Numbers of backends that some line of the boot file names outright: they stay.
    let pinned: Set<Int>
    /// Numbers of backends that are the other half of a frontend.
    let listens: Set<Int>
    /// The number of the first backend that is not in the boot file; services have those before.
    let firstDynamicNumber: Int
    /// Names and ids of frontends, which backends must not have.
    private let frontends: [String: Int]
    private var nextNumber: Int
    /// Numbers that were given back and may still be in use.
    private var released: [Int] = []
    private var lastID: Int

    init(_ configuration: ProxyConfiguration) {
        defaults = configuration.defaults
        firstDynamicNumber = configuration.backends.count + configuration.services.count
        nextNumber = firstDynamicNumber
        frontends = Dictionary(configuration.frontends.map { ($0.name, $0.id) }) { first, _ in first
        }
        listens = Set(configuration.frontends.compactMap(\.ownBackend))
        var pinned: Set<Int> = listens
        for frontend in configuration.frontends {
            pinned.formUnion(frontend.routedBackends)
            if let number = frontend.defaultBackend { pinned.insert(number) }
        }
        for expression in configuration.rules.expressions where expression.fetch.namesBackend {
            pinned.insert(Int(expression.arguments.place))
        }
        self.pinned = pinned
        let ids = configuration.frontends.map(\.id) + configuration.backends.map(\.id)
        // The frontend of the stats sockets has the first id.
        lastID = ids.max() ?? 1
    }

    /// What kind of section has a name that no backend may be given; nil when it is free.
    func owner(of name: String) -> String? {
        if frontends[name] != nil { return "frontend" }
        return defaults.contains { $0.name == name } ? "defaults" : nil
    }

    /// An id that no proxy has: they grow, so that none is used again soon (HAProxy 3.4).
    mutating func takeID(besides taken: (Int) -> Bool) -> Int {
        repeat { lastID += 1 } while taken(lastID)
        return lastID
    }

    /// A number for a new backend; nil when there are too many already.
    mutating func takeNumber(unless isUsed: (Int) -> Bool) -> Int? {
        if let place = released.firstIndex(where: { !isUsed($0) }) {
            return released.remove(at: place)
        }
        guard nextNumber < firstDynamicNumber + BackendTable.dynamicLimit else { return nil }
        defer { nextNumber += 1 }
        return nextNumber
    }

    /// Gives a number back whose backend no newer snapshot will hold.
    mutating func release(_ number: Int) {
        if number >= firstDynamicNumber { released.append(number) }
    }
}

extension FetchCode {
    /// Its argument is a backend of the boot file.
    fileprivate var namesBackend: Bool {
        switch self {
        case .usableServers, .backendConnections, .freeConnections: true
        default: false
        }
    }
}
