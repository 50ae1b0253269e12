import Foundation

/// One Swift file of the repository, read once.
struct SourceFile: Sendable {
    /// Relative to the top of the repository.
    let path: String
    let lines: [String]
    /// The same lines with comments, strings and quoted names blanked out, so that rules see code only.
    let codeLines: [String]
    /// Rows of the code in which a word stands: a rule looks at those only, which keeps it fast.
    private let codeRows: [String: [Int]]
    /// The same for everything, comments and strings included.
    private let textRows: [String: [Int]]

    init(path: String, text: String) {
        self.path = path
        lines = text.components(separatedBy: "\n")
        let code = CodeMask.blank(text)
        codeLines = code.components(separatedBy: "\n")
        codeRows = WordIndex.rows(in: code)
        textRows = WordIndex.rows(in: text)
    }

    /// The name of the folder under `Sources` or `Tests`.
    var target: String { path.components(separatedBy: "/").dropFirst().first ?? "" }

    /// `Planner` for `Sources/Planning/Planner.swift`.
    var stem: String {
        String((path.components(separatedBy: "/").last ?? "").dropLast(".swift".count))
    }

    /// Every word of the code.
    var words: Dictionary<String, [Int]>.Keys { codeRows.keys }

    /// Rows of the code with any of these words, in order.
    func rows(with words: String...) -> [Int] { rows(withAnyOf: words) }

    /// Rows of the code with any of these words, in order.
    func rows(withAnyOf words: [String]) -> [Int] {
        Set(words.flatMap { codeRows[$0] ?? [] }).sorted()
    }

    /// Rows of the whole text, comments included, with any of these words.
    func textRows(with words: String...) -> [Int] {
        Set(words.flatMap { textRows[$0] ?? [] }).sorted()
    }

    /// Lines that break a rule and say why.
    var exceptionCount: Int {
        textRows(with: "Exception").count { lines[$0].contains("// Exception: ") }
    }

    /// True if the line, or the comment lines right above it, carry `// Exception:` and a reason.
    func isExcepted(line index: Int) -> Bool {
        if lines[index].contains("// Exception: ") { return true }
        var above = index - 1
        while above >= 0, lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("//") {
            if lines[above].contains("// Exception: ") { return true }
            above -= 1
        }
        return false
    }
}

/// The checked-out repository as the tidy rules see it.
enum SourceTree {
    static let top = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file under `Sources` and `Tests`, sorted by path.
    static let swiftFiles: [SourceFile] = (paths(under: "Sources") + paths(under: "Tests"))
        .filter { $0.hasSuffix(".swift") }
        .map { SourceFile(path: $0, text: text(of: $0)) }

    static let sources = swiftFiles.filter { $0.path.hasPrefix("Sources/") }

    /// Files below a folder, relative to the top of the repository, sorted.
    static func paths(under folder: String) -> [String] {
        let found = FileManager.default.enumerator(atPath: top.appending(path: folder).path)
        let names = found?.compactMap { $0 as? String } ?? []
        return names.filter { !$0.contains(".build") }.map { "\(folder)/\($0)" }.sorted()
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: top.appending(path: path).path)
    }

    /// Empty if the file cannot be read: the rule that needs it then fails by itself.
    static func text(of path: String) -> String {
        (try? String(contentsOf: top.appending(path: path), encoding: .utf8)) ?? ""
    }
}
