import Foundation
import Stage

/// The files that passed once and have to pass from then on: `Tests/RegressionTests/passing.txt`.
package enum RegressionList {
    package static var path: String { "\(Programs.top)/Tests/RegressionTests/passing.txt" }

    /// The files, in order.
    package static func read() throws -> [String] {
        parse(try String(contentsOfFile: path, encoding: .utf8))
    }

    /// One file a line; `#` begins a remark.
    static func parse(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") && !$0.isEmpty }
    }

    /// Adds files that passed; returns those that were new.
    package static func add(_ passed: [String]) throws -> [String] {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let known = Set(parse(text))
        let new = passed.filter { !known.contains($0) }
        let remarks = text.split(separator: "\n").filter { $0.hasPrefix("#") }.map(String.init)
        let lines = remarks + (known.union(new)).sorted()
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: path,
            atomically: true,
            encoding: .utf8
        )
        return new.sorted()
    }
}
