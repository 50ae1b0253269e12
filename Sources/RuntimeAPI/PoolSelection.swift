/// How `show pools` sorts and what it leaves out.
package struct PoolSelection: Hashable, Sendable {
    /// What comes first.
    package enum Order: String, Sendable {
        case byName = "byname"
        case bySize = "bysize"
        case byUsage = "byusage"
    }

    package private(set) var order: Order?
    /// Only pools whose names begin so.
    package private(set) var prefix: String?
    /// At most so many.
    package private(set) var limit: Int?

    init(_ arguments: Arguments) throws(RuntimeSyntaxError) {
        var index = 0
        while let word = arguments.optional(index) {
            index += 1
            if let order = Order(rawValue: word) {
                self.order = order
            } else if word == "match", let prefix = arguments.optional(index) {
                index += 1
                self.prefix = prefix
            } else if let limit = Int(word), limit > 0 {
                self.limit = limit
            } else {
                throw RuntimeSyntaxError(
                    error:
                        "Expects either 'byname', 'bysize', 'byusage', 'match <pfx>', or a max number of output lines."
                )
            }
        }
    }

    var words: [String] {
        (order.map { [$0.rawValue] } ?? []) + (prefix.map { ["match", $0] } ?? [])
            + (limit.map { ["\($0)"] } ?? [])
    }
}
