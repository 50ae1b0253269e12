/// A table that a proxy printed is not what its command promises.
package struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The command whose table it is.
    package let table: String
    /// Counted from 1; 0 when the table as a whole is wrong.
    package let line: Int
    package let reason: String

    package init(_ table: String, line: Int, reason: String) {
        self.table = table
        self.line = line
        self.reason = reason
    }

    package var description: String { "\(table), line \(line): \(reason)" }
}
