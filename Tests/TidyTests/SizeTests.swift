import Testing

/// Rule 3: files and functions a person can hold in mind.
struct SizeTests {
    static let fileLimit = 500
    static let functionLimit = 70

    @Test func `no file is longer than 500 lines, but for a list that only shrinks`() {
        var large: [String: Int] = [:]
        for file in SourceTree.swiftFiles where file.lines.count - 1 > Self.fileLimit {
            large[file.path] = file.lines.count - 1
        }
        Ratchet.check(
            large,
            against: Ratchet.files,
            unit: "lines",
            advice: "one main type a file: split it by topic"
        )
    }

    @Test func `no function is longer than 70 lines, but for a list that only shrinks`() {
        var large: [String: Int] = [:]
        for file in SourceTree.swiftFiles {
            let rows = file.rows(with: "func", "init", "deinit", "subscript")
            for function in FunctionExtent.all(in: file.codeLines, rows: rows)
            where function.lineCount > Self.functionLimit {
                large["\(file.path) \(function.name)"] = function.lineCount
            }
        }
        Ratchet.check(
            large,
            against: Ratchet.functions,
            unit: "lines",
            advice: "name the inner steps"
        )
    }
}
