import Model

/// Reads a text file of the repository line by line: what is between the white space at both ends.
///
/// Leaves out empty lines and those that begin with `#`; stops after a hundred mistakes.
struct LineReader {
    /// What a line says, and where it begins to.
    struct Line {
        let text: String
        let origin: Origin
    }

    private(set) var diagnostics: [Diagnostic] = []
    private let path: String
    private var lines: ArraySlice<ArraySlice<UInt8>>
    private var places: [String: Origin] = [:]
    private var number = 0

    private static let limit = 100

    init(_ bytes: [UInt8], path: String) {
        self.path = path
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
    }

    /// The next line that says something; nil at the end.
    mutating func next() -> Line? {
        while diagnostics.count < Self.limit, let line = lines.popFirst() {
            number += 1
            guard let text = String(validating: line, as: UTF8.self) else {
                report("the line is not UTF-8", at: Origin(file: path, line: number, column: 1))
                continue
            }
            var rest = text.drop { $0.isWhitespace }
            guard let first = rest.first, first != "#" else { continue }
            let column = text.count - rest.count + 1
            while rest.last?.isWhitespace == true { rest.removeLast() }
            let origin = Origin(file: path, line: number, column: column)
            return Line(text: String(rest), origin: origin)
        }
        return nil
    }

    mutating func report(_ message: String, at origin: Origin, related: Origin? = nil) {
        diagnostics.append(Diagnostic(at: origin, message, related: related))
    }

    /// The place of an equal text that was noted before; else notes this one.
    mutating func note(_ text: String, at origin: Origin) -> Origin? {
        if let first = places[text] { return first }
        places[text] = origin
        return nil
    }
}
