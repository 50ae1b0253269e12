/// Why an expression could not be read, checked or evaluated, and where in its text.
package struct CELFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was found, in CEL's own terms where it has them (`no such overload`, `divide by zero`).
    package let message: String
    /// Characters (Unicode scalars) of the expression before the place.
    package let offset: Int
    /// A limit was reached: unlike other failures `||`, `&&`, `all` and `exists` do not absorb it.
    package let isLimit: Bool

    package init(_ message: String, at offset: Int, isLimit: Bool = false) {
        self.message = message
        self.offset = offset
        self.isLimit = isLimit
    }

    package var description: String { message }
}

/// How much an expression may ask for; beyond, it is refused, never slow.
package struct CELLimits: Hashable, Sendable {
    /// Unicode scalars of the text.
    package var size = 65_536
    /// Levels of nesting of the parsed expression.
    package var depth = 160
    /// Steps of an evaluation: one a node and what looking at strings and lists costs on top.
    package var cost = 5_000_000

    package init() {}
}
