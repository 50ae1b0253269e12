/// What an operator asked of a server (`set server … state`, HAProxy 1.5+).
package enum AdminState: String, Hashable, Sendable, Codable, CaseIterable {
    case ready, drain, maint
}

/// What checks say of a server; `srv_op_state` of `show servers state`.
package enum OperationalState: Int, Hashable, Sendable, Codable {
    case stopped = 0
    case starting = 1
    case running = 2
    case stopping = 3
}

/// A server's weight, 0 to 256 (HAProxy's `weight`); 0 receives no new traffic.
package struct Weight: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let value: Int

    /// Nil outside 0…256.
    package init?(_ value: Int) {
        guard (0...256).contains(value) else { return nil }
        self.value = value
    }

    /// The weight of a server for which nobody gave one.
    package static let one = Weight(unchecked: 1)

    private init(unchecked value: Int) { self.value = value }

    package var description: String { String(value) }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}
