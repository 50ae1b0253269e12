import Model
import RuntimeAPI

/// One change of the runtime state as the state file keeps it: what is true afterwards, not how it came about.
enum StateChange: Hashable {
    case server(ServerImage)
    case serverDeleted(backend: String, server: String)
    case map(name: String, MapChange)
    case wholeMap(MapImage)
    case frontend(FrontendImage)
    case maxconn(Int)
    case backend(BackendImage)
    case backendDeleted(String)
    case rateLimit(LimitTarget.Rate, Int)
    /// Follows its server.
    case agent(AgentImage)
    /// With the expression or the format it was made of.
    case variable(name: String, String, isFormat: Bool)
    case cookies(backend: String, isDynamic: Bool, key: String)

    /// A backend that was added, or one of the boot file that was published or unpublished.
    struct BackendImage: Hashable {
        var name: String
        var id: Int
        var isPublished: Bool
        /// How it was added; nil for one of the boot file.
        var addition: BackendAddition?
    }

    /// What can change on a frontend.
    struct FrontendImage: Hashable {
        var name: String
        var isPaused: Bool
        var isShut: Bool
        var maxconn: Int
    }

    /// All that must be known to make a server what it is.
    struct ServerImage: Hashable {
        var backend: String
        var name: String
        var id: Int
        var isDynamic: Bool
        /// As declared: keywords with values; for a server of the boot file what tells whether its line is the same.
        var arguments: String
        var endpoint: String
        var weight: Int
        var maxconn: Int
        var adminBits: Int
        var operational: Int
        var health: Int
        var isCheckEnabled: Bool
        var isCheckPaused: Bool
        var checkAddress: String?
        var checkPort: Int
    }

    /// What can change on the agent of a server.
    struct AgentImage: Hashable {
        var backend: String
        var server: String
        var isEnabled = true
        var isHealthy = true
        var address: String?
        var port = 0
        var text: String?
    }

    /// One step of a map's life; entries are named by their references.
    enum MapChange: Hashable {
        case add(version: UInt32, reference: UInt64, key: String, value: String)
        case set(reference: UInt64, value: String)
        case remove(reference: UInt64)
        case clear(version: UInt32)
        case prepare
        case commit(version: UInt32)
    }

    /// A whole map.
    struct MapImage: Hashable {
        /// One entry with its reference.
        struct Entry: Hashable {
            var reference: UInt64
            var key: String
            var value: String
        }

        var name: String
        /// Of the boot file's entries: while they are the same, this is what became of them.
        var bootDigest: UInt64
        var currentVersion: UInt32
        var nextVersion: UInt32
        var lastReference: UInt64
        var entries: [Entry]
        /// Versions in preparation, in order.
        var pending: [(version: UInt32, entries: [Entry])]

        static func == (left: Self, right: Self) -> Bool { left.summary == right.summary }
        func hash(into hasher: inout Hasher) { hasher.combine(summary) }

        private var summary: [[Entry]] {
            let head = Entry(
                reference: lastReference,
                key: "\(name) \(bootDigest)",
                value: "\(currentVersion) \(nextVersion) \(pending.map(\.version))"
            )
            return [[head], entries] + pending.map(\.entries)
        }
    }
}

// MARK: - Bytes

extension StateChange {
    func write(to writer: inout StateWriter) {
        switch self {
        case .server(let image):
            writer.write(1 as UInt8)
            image.write(to: &writer)
        case .serverDeleted(let backend, let server):
            writer.write(2 as UInt8)
            writer.write(backend)
            writer.write(server)
        case .map(let name, let change):
            writer.write(3 as UInt8)
            writer.write(name)
            change.write(to: &writer)
        case .wholeMap(let image):
            writer.write(4 as UInt8)
            image.write(to: &writer)
        case .frontend(let image):
            writer.write(5 as UInt8)
            writer.write(image.name)
            writer.write((image.isPaused ? 1 : 0) | (image.isShut ? 2 : 0) as UInt8)
            writer.write(image.maxconn)
        case .maxconn(let limit):
            writer.write(6 as UInt8)
            writer.write(limit)
        case .backend(let image):
            writer.write(7 as UInt8)
            image.write(to: &writer)
        case .backendDeleted(let name):
            writer.write(8 as UInt8)
            writer.write(name)
        case .rateLimit(let rate, let limit):
            writer.write(9 as UInt8)
            writer.write(rate.rawValue)
            writer.write(limit)
        case .agent(let image):
            writer.write(10 as UInt8)
            image.write(to: &writer)
        case .variable(let name, let text, let isFormat):
            writer.write(11 as UInt8)
            writer.write(name)
            writer.write(text)
            writer.write(isFormat ? 1 : 0 as UInt8)
        case .cookies(let backend, let isDynamic, let key):
            writer.write(12 as UInt8)
            writer.write(backend)
            writer.write(isDynamic ? 1 : 0 as UInt8)
            writer.write(key)
        }
    }

    init(from reader: inout StateReader) throws(StateReader.Malformed) {
        switch try reader.byte() {
        case 1: self = .server(try ServerImage(from: &reader))
        case 2: self = .serverDeleted(backend: try reader.text(), server: try reader.text())
        case 3: self = .map(name: try reader.text(), try MapChange(from: &reader))
        case 4: self = .wholeMap(try MapImage(from: &reader))
        case 5:
            let name = try reader.text()
            let flags = try reader.byte()
            self = .frontend(
                FrontendImage(
                    name: name,
                    isPaused: flags & 1 != 0,
                    isShut: flags & 2 != 0,
                    maxconn: try reader.number()
                )
            )
        case 6: self = .maxconn(try reader.number())
        case 7: self = .backend(try BackendImage(from: &reader))
        case 8: self = .backendDeleted(try reader.text())
        case 9:
            guard let rate = LimitTarget.Rate(rawValue: try reader.text()) else {
                throw StateReader.Malformed()
            }
            self = .rateLimit(rate, try reader.number())
        case 10: self = .agent(try AgentImage(from: &reader))
        case 11:
            let name = try reader.text()
            let text = try reader.text()
            self = .variable(name: name, text, isFormat: try reader.byte() != 0)
        case 12:
            let name = try reader.text()
            let isDynamic = try reader.byte() != 0
            self = .cookies(backend: name, isDynamic: isDynamic, key: try reader.text())
        default: throw StateReader.Malformed()
        }
    }
}

extension StateChange.BackendImage {
    fileprivate func write(to writer: inout StateWriter) {
        writer.write(name)
        writer.write(id)
        writer.write((isPublished ? 1 : 0) | (addition == nil ? 0 : 2) as UInt8)
        guard let addition else { return }
        writer.write(addition.defaults)
        writer.write(addition.mode?.rawValue)
        writer.write(addition.guid)
    }

    fileprivate init(from reader: inout StateReader) throws(StateReader.Malformed) {
        name = try reader.text()
        id = try reader.number()
        let flags = try reader.byte()
        isPublished = flags & 1 != 0
        guard flags & 2 != 0 else { return }
        var made = BackendAddition(name: name, defaults: try reader.text())
        made.mode = try reader.optionalText().flatMap(BackendAddition.Mode.init)
        made.guid = try reader.optionalText()
        addition = made
    }
}

extension StateChange.ServerImage {
    fileprivate func write(to writer: inout StateWriter) {
        writer.write(backend)
        writer.write(name)
        writer.write(id)
        writer.write(
            (isDynamic ? 1 : 0) | (isCheckEnabled ? 2 : 0) | (isCheckPaused ? 4 : 0) as UInt8
        )
        writer.write(arguments)
        writer.write(endpoint)
        for number in [weight, maxconn, adminBits, operational, health, checkPort] {
            writer.write(number)
        }
        writer.write(checkAddress)
    }

    fileprivate init(from reader: inout StateReader) throws(StateReader.Malformed) {
        backend = try reader.text()
        name = try reader.text()
        id = try reader.number()
        let flags = try reader.byte()
        isDynamic = flags & 1 != 0
        isCheckEnabled = flags & 2 != 0
        isCheckPaused = flags & 4 != 0
        arguments = try reader.text()
        endpoint = try reader.text()
        weight = try reader.number()
        maxconn = try reader.number()
        adminBits = try reader.number()
        operational = try reader.number()
        health = try reader.number()
        checkPort = try reader.number()
        checkAddress = try reader.optionalText()
    }
}

extension StateChange.AgentImage {
    fileprivate func write(to writer: inout StateWriter) {
        writer.write(backend)
        writer.write(server)
        writer.write((isEnabled ? 1 : 0) | (isHealthy ? 2 : 0) as UInt8)
        writer.write(address)
        writer.write(port)
        writer.write(text)
    }

    fileprivate init(from reader: inout StateReader) throws(StateReader.Malformed) {
        backend = try reader.text()
        server = try reader.text()
        let flags = try reader.byte()
        isEnabled = flags & 1 != 0
        isHealthy = flags & 2 != 0
        address = try reader.optionalText()
        port = try reader.number()
        text = try reader.optionalText()
    }
}

extension StateChange.MapChange {
    fileprivate func write(to writer: inout StateWriter) {
        switch self {
        case .add(let version, let reference, let key, let value):
            writer.write(1 as UInt8)
            writer.write(Int(version))
            writer.write(Int(reference))
            writer.write(key)
            writer.write(value)
        case .set(let reference, let value):
            writer.write(2 as UInt8)
            writer.write(Int(reference))
            writer.write(value)
        case .remove(let reference):
            writer.write(3 as UInt8)
            writer.write(Int(reference))
        case .clear(let version):
            writer.write(4 as UInt8)
            writer.write(Int(version))
        case .prepare: writer.write(5 as UInt8)
        case .commit(let version):
            writer.write(6 as UInt8)
            writer.write(Int(version))
        }
    }

    fileprivate init(from reader: inout StateReader) throws(StateReader.Malformed) {
        switch try reader.byte() {
        case 1:
            self = .add(
                version: try reader.version(),
                reference: try reader.reference(),
                key: try reader.text(),
                value: try reader.text()
            )
        case 2: self = .set(reference: try reader.reference(), value: try reader.text())
        case 3: self = .remove(reference: try reader.reference())
        case 4: self = .clear(version: try reader.version())
        case 5: self = .prepare
        case 6: self = .commit(version: try reader.version())
        default: throw StateReader.Malformed()
        }
    }
}

extension StateChange.MapImage {
    fileprivate func write(to writer: inout StateWriter) {
        writer.write(name)
        writer.write(Int(bitPattern: UInt(bootDigest)))
        writer.write(Int(currentVersion))
        writer.write(Int(nextVersion))
        writer.write(Int(lastReference))
        Self.write(entries, to: &writer)
        writer.write(pending.count)
        for (version, entries) in pending {
            writer.write(Int(version))
            Self.write(entries, to: &writer)
        }
    }

    private static func write(_ entries: [Entry], to writer: inout StateWriter) {
        writer.write(entries.count)
        for entry in entries {
            writer.write(Int(entry.reference))
            writer.write(entry.key)
            writer.write(entry.value)
        }
    }

    fileprivate init(from reader: inout StateReader) throws(StateReader.Malformed) {
        name = try reader.text()
        bootDigest = UInt64(UInt(bitPattern: try reader.number()))
        currentVersion = try reader.version()
        nextVersion = try reader.version()
        lastReference = try reader.reference()
        entries = try Self.entries(from: &reader)
        pending = []
        for _ in 0..<(try reader.count()) {
            pending.append((try reader.version(), try Self.entries(from: &reader)))
        }
    }

    private static func entries(
        from reader: inout StateReader
    ) throws(StateReader.Malformed) -> [Entry] {
        var entries: [Entry] = []
        for _ in 0..<(try reader.count()) {
            entries.append(
                Entry(
                    reference: try reader.reference(),
                    key: try reader.text(),
                    value: try reader.text()
                )
            )
        }
        return entries
    }
}

extension StateReader {
    fileprivate mutating func version() throws(Malformed) -> UInt32 {
        guard let version = UInt32(exactly: try number()) else { throw Malformed() }
        return version
    }

    fileprivate mutating func reference() throws(Malformed) -> UInt64 {
        guard let reference = UInt64(exactly: try number()) else { throw Malformed() }
        return reference
    }
}
