/// What a server is asked to be as far as traffic goes; HAProxy's three administrative states.
package enum ServerMode: UInt16, Hashable, Sendable, CaseIterable {
    case ready, drain, maint
}

/// One server as the search sees it, packed so that whole worlds fit two words.
///
/// Values are kept as *agrees with the document or not*: an operation that brings about any third value
/// can never be part of a shortest list.
package struct ServerState: Hashable, Sendable {
    package var bits: UInt16 = 0

    package init() {}

    init(bits: UInt16) { self.bits = bits }

    package var mode: ServerMode {
        get { ServerMode(rawValue: bits & 3) ?? .maint }
        set { bits = bits & ~3 | newValue.rawValue }
    }
    package var exists: Bool {
        get { has(2) }
        set { set(2, newValue) }
    }
    /// Its checks, or the lack of them, let it take traffic.
    package var isUp: Bool {
        get { has(3) }
        set { set(3, newValue) }
    }
    /// A check of what it is now has passed; always true where nothing is checked.
    package var isProven: Bool {
        get { has(4) }
        set { set(4, newValue) }
    }
    /// Its checks run.
    package var isHealthOn: Bool {
        get { has(5) }
        set { set(5, newValue) }
    }
    package var hasWeight: Bool {
        get { has(6) }
        set { set(6, newValue) }
    }
    package var hasAddress: Bool {
        get { has(7) }
        set { set(7, newValue) }
    }
    /// What only a replacement changes agrees.
    package var hasAttributes: Bool {
        get { has(8) }
        set { set(8, newValue) }
    }
    package var hasMaxconn: Bool {
        get { has(9) }
        set { set(9, newValue) }
    }
    /// It took traffic, and its clients had no time to leave yet.
    package var hasClients: Bool {
        get { has(10) }
        set { set(10, newValue) }
    }
    /// Its checks fail, however long one waits.
    package var isDead: Bool {
        get { has(11) }
        set { set(11, newValue) }
    }
    /// A check of the address it had may still be under way.
    package var isSettling: Bool {
        get { has(12) }
        set { set(12, newValue) }
    }

    private func has(_ bit: UInt16) -> Bool { bits & 1 << bit != 0 }

    private mutating func set(_ bit: UInt16, _ value: Bool) {
        bits = value ? bits | 1 << bit : bits & ~(1 << bit)
    }
}

/// What has become of a backend as a whole.
package enum BackendState: UInt8, Hashable, Sendable {
    case absent
    /// There, but no rule reaches it.
    case hidden
    case published
}

/// A whole small proxy: up to eight servers, four backends and a map of four keys.
package struct SearchState: Hashable, Sendable {
    private var servers: UInt64 = 0
    private var others: UInt64 = 0
    /// Two bits a backend; all are there at first.
    private var backends: UInt8 = 0b1010_1010
    /// Two bits a key: 0 for absent, else one more than the number of the backend it names.
    package var map: UInt8 = 0

    package init() {}

    package subscript(server index: Int) -> ServerState {
        get {
            let word = index < 4 ? servers : others
            return ServerState(bits: UInt16(truncatingIfNeeded: word >> UInt64(16 * (index & 3))))
        }
        set {
            let shift = UInt64(16 * (index & 3))
            let word = index < 4 ? servers : others
            let changed = word & ~(0xffff << shift) | UInt64(newValue.bits) << shift
            if index < 4 { servers = changed } else { others = changed }
        }
    }

    package subscript(backend index: Int) -> BackendState {
        get { BackendState(rawValue: backends >> (2 * UInt8(index)) & 3) ?? .absent }
        set {
            let shift = 2 * UInt8(index)
            backends = backends & ~(3 << shift) | newValue.rawValue << shift
        }
    }

    package subscript(key key: Int) -> Int {
        get { Self.value(of: key, in: map) }
        set { map = map & ~(3 << (2 * UInt8(key))) | UInt8(newValue) << (2 * UInt8(key)) }
    }

    static func value(of key: Int, in map: UInt8) -> Int { Int(map >> (2 * UInt8(key)) & 3) }
}
