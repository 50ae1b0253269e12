/// Where in the desired-state repository something was written: what every step and mistake points back to.
package struct Origin: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Path inside the repository.
    package let file: String
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in characters.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
