/// One operation on a proxy, or time that passes.
package enum SearchMove: Hashable, Sendable {
    case add(Int)
    case delete(Int)
    case mode(Int, ServerMode)
    case enableHealth(Int)
    /// Each of these gives a server the value that its document asks for.
    case weight(Int)
    case address(Int)
    case maxconn(Int)
    case create(Int)
    case publish(Int)
    case unpublish(Int)
    /// Deletes a backend.
    case drop(Int)
    /// Adds, changes or deletes one key, so that it is as the document asks.
    case entry(Int)
    /// Prepares, fills and commits the whole map.
    case replaceMap
    /// Long enough for checks to pass and for clients to leave.
    case wait

    /// Also makes sense on a server that no document declares.
    var isTidying: Bool {
        switch self {
        case .weight, .address, .maxconn, .enableHealth, .mode(_, .ready): false
        default: true
        }
    }

    /// The backend concerned as a whole; nil for everything else.
    var backend: Int? {
        switch self {
        case .create(let index), .publish(let index), .unpublish(let index), .drop(let index):
            index
        default: nil
        }
    }

    /// The server concerned; nil for backends, the map and time.
    var server: Int? {
        switch self {
        case .add(let index), .delete(let index), .mode(let index, _), .enableHealth(let index),
            .weight(let index), .address(let index), .maxconn(let index):
            index
        case .create, .publish, .unpublish, .drop, .entry, .replaceMap, .wait: nil
        }
    }
}

/// What a list costs, compared in the order of the product's first rule; bytes are left out.
package struct SearchCost: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Pauses that servers sat out which served before and are to serve after, added up.
    package var outage = 0
    package var operations = 0

    package init(outage: Int = 0, operations: Int = 0) {
        self.outage = outage
        self.operations = operations
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.outage, left.operations) < (right.outage, right.operations)
    }

    package static func + (left: Self, right: Self) -> Self {
        Self(
            outage: left.outage + right.outage,
            operations: left.operations + right.operations
        )
    }

    package var description: String { "\(outage) pauses out of service, \(operations) operations" }
}
