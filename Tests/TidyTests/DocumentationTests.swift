import Foundation
import Testing

/// Rule 8: whoever uses another room's type or function reads one line that says what it is for.
struct DocumentationTests {
    /// Requirements of the standard library, documented there.
    static let inherited: Set<String> = [
        "hash", "encode", "makeIterator", "next", "advanced", "duration", "sleep", "enqueue", "run",
        "log",
    ]

    @Test func `every type and function shared between rooms begins with a summary`() {
        let documented = Self.documentedRequirements().union(Self.inherited)
        for file in SourceTree.swiftFiles {
            for index in file.rows(with: "package") {
                let line = file.codeLines[index]
                guard let name = Self.sharedDeclaration(line), !documented.contains(name) else {
                    continue
                }
                let comment = Self.comment(above: index, in: file)
                if comment.isEmpty {
                    Issue.record(
                        "\(file.path):\(index + 1): '\(name)' is `package`: say in one line what it hides or does"
                    )
                } else if comment[0].isEmpty || comment.prefix(while: { !$0.isEmpty }).count > 3 {
                    Issue.record(
                        "\(file.path):\(index + 1): '\(name)': begin with a summary of one line, details after an empty one"
                    )
                }
            }
        }
    }

    /// The name declared by a line that declares a `package` type or function.
    static func sharedDeclaration(_ line: String) -> String? {
        let pattern =
            #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*package\s+(?:(?:static|final|mutating|consuming|borrowing|indirect|nonisolated|override)\s+)*(?:func|struct|class|enum|actor|protocol|typealias)\s+(\w+)/#
        return line.firstMatch(of: pattern).map { String($0.output.1) }
    }

    /// Functions that a protocol of ours requires and documents: who implements one need not repeat it.
    private static func documentedRequirements() -> Set<String> {
        var names: Set<String> = []
        for file in SourceTree.swiftFiles {
            for start in file.rows(with: "protocol")
            where file.codeLines[start].contains("protocol ") {
                let body = file.codeLines[start...].prefix { $0 != "}" }
                for index in body.indices where !comment(above: index, in: file).isEmpty {
                    guard let match = body[index].firstMatch(of: #/^\s+(?:mutating )?func (\w+)/#)
                    else { continue }
                    names.insert(String(match.output.1))
                }
            }
        }
        return names
    }

    private static func comment(above index: Int, in file: SourceFile) -> [String] {
        var lines: [String] = []
        var row = index - 1
        while row >= 0 {
            let text = file.lines[row].trimmingCharacters(in: .whitespaces)
            if text.hasPrefix("///") {
                lines.insert(text.dropFirst(3).trimmingCharacters(in: .whitespaces), at: 0)
            } else if !text.hasPrefix("@") || !lines.isEmpty {
                break
            }
            row -= 1
        }
        return lines
    }
}
