/// What of a ring `show events` shows.
package struct EventSelection: Hashable, Sendable {
    package let sink: String
    /// `-w`: what comes later, too, until the client says anything.
    package private(set) var follows = false
    /// `-n`: nothing that is there already.
    package private(set) var skipsOld = false

    /// Nil when no sink is named.
    init?(_ arguments: Arguments) throws(RuntimeSyntaxError) {
        guard let sink = arguments.optional(0) else { return nil }
        self.sink = sink
        for word in arguments.all.dropFirst() {
            let flags = word.dropFirst()
            guard word.hasPrefix("-"), !flags.isEmpty, flags.allSatisfy({ "wn".contains($0) })
            else {
                throw RuntimeSyntaxError(error: "unknown option")
            }
            if flags.contains("w") { follows = true }
            if flags.contains("n") { skipsOld = true }
        }
    }

    var words: [String] { [sink] + (follows ? ["-w"] : []) + (skipsOld ? ["-n"] : []) }
}
