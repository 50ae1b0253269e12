import Foundation
import Testing

/// Rule 1: who may import whom is what README's table of rooms says, no more and no less.
struct ImportTests {
    /// Part of every toolchain's standard library, hence free for all.
    static let standardLibrary: Set<String> = ["Swift", "Synchronization"]

    @Test func `each room imports exactly what the table of rooms in README says`() throws {
        let table = try #require(
            Self.tableOfRooms(),
            "README has no table with a column 'may import'"
        )
        for target in Self.swiftTargets() {
            guard let allowed = table[target] else {
                Issue.record("README's table of rooms has no row for '\(target)'")
                continue
            }
            let files = SourceTree.sources.filter { $0.target == target }
            let found = Set(files.flatMap(Self.imports)).subtracting(Self.standardLibrary)
            for module in found.subtracting(allowed).sorted() {
                let users = files.filter { Self.imports(of: $0).contains(module) }.map(\.path)
                Issue.record(
                    "\(users[0]): \(target) may not import \(module); move the code to the room that may, or change README's table deliberately"
                )
            }
            for module in allowed.subtracting(found).sorted() {
                Issue.record(
                    "README lets \(target) import \(module), which no file does: take it out of the table"
                )
            }
        }
        for target in table.keys.sorted() where !SourceTree.exists("Sources/\(target)") {
            Issue.record(
                "README's table of rooms names '\(target)', which is not a folder of Sources"
            )
        }
    }

    @Test func `Glibc and the C shims stay in the folders that wrap them`() {
        let folders = ["Sources/Proxy/Loop/", "Sources/Proxy/Memory/"]
        for file in SourceTree.swiftFiles where !folders.contains(where: file.path.hasPrefix) {
            for module in Self.imports(of: file) where module == "Glibc" || module == "CProxyShims"
            {
                Issue.record(
                    "\(file.path): import \(module) only in \(folders.joined(separator: " and ")); ask Loop for a safe API"
                )
            }
        }
    }

    @Test func `the wrapped C libraries are imported in one folder each`() {
        let folders = [
            "CLibGit2": "Sources/Desired/Git/", "CLibYAML": "Sources/Desired/YAML/",
            "COpenSSL": "Sources/Proxy/TLS/",
        ]
        for file in SourceTree.swiftFiles {
            for module in Self.imports(of: file) {
                guard let folder = folders[module] else { continue }
                #expect(file.path.hasPrefix(folder), "\(file.path): \(module) belongs to \(folder)")
            }
        }
    }

    /// Targets of `Sources` that hold Swift.
    static func swiftTargets() -> [String] { Set(SourceTree.sources.map(\.target)).sorted() }

    static func imports(of file: SourceFile) -> [String] {
        file.rows(with: "import").compactMap { row in
            let pattern =
                #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:package|internal|private|fileprivate|public)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/#
            return file.codeLines[row].firstMatch(of: pattern).map { String($0.output.1) }
        }
    }

    /// Target to modules, from the Markdown table that has a column `may import`.
    static func tableOfRooms() -> [String: Set<String>]? {
        let rows = SourceTree.text(of: "README.md").components(separatedBy: "\n")
        guard
            let head = rows.firstIndex(where: { $0.hasPrefix("|") && $0.contains("| may import |") }
            )
        else { return nil }
        let column = cells(of: rows[head]).firstIndex(of: "may import") ?? 0
        var table: [String: Set<String>] = [:]
        for row in rows[(head + 2)...] {
            guard row.hasPrefix("|") else { break }
            let cells = cells(of: row)
            guard column < cells.count else { continue }
            let words = cells[column].matches(of: #/[A-Za-z][A-Za-z0-9]*/#).map {
                String($0.output)
            }
            for name in cells[0].matches(of: #/`([^`]+)`/#) {
                table[String(name.output.1)] = Set(words).subtracting(["stdlib"])
            }
        }
        return table
    }

    private static func cells(of row: String) -> [String] {
        row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
