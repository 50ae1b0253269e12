import Foundation
import Testing

@testable import Planning

/// Runs the published test data of the Common Expression Language where it is at hand.
///
/// `CEL_SPEC` names a folder with the files of `tests/simple/testdata` of google/cel-spec; they are
/// never committed. `GOLDEN=rewrite` writes the counts to `Results/cel-conformance.md`.
struct CELConformanceTests {
    private static let folder = ProcessInfo.processInfo.environment["CEL_SPEC"]

    /// Files of the language itself; the others test its extensions and protobuf messages.
    private static let core = [
        "basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists",
        "logic", "macros", "namespace", "parse", "plumbing", "string", "timestamps",
        "type_deduction",
    ]

    private struct Count {
        var passed = 0
        var outside: [String: Int] = [:]
        var failed: [String] = []

        var total: Int { passed + failed.count + outside.values.reduce(0, +) }
    }

    @Test(
        .enabled(
            if: folder != nil,
            "set CEL_SPEC to a folder with tests/simple/testdata of google/cel-spec"
        )
    )
    func `the published test data passes but for what the subset leaves out`() throws {
        var rows: [String] = []
        var failures: [String] = []
        var sum = Count()
        for file in Self.core {
            let count = try Self.run(file)
            let reasons = count.outside.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            rows.append(
                "| \(file) | \(count.total) | \(count.passed) | \(count.failed.count) | \(reasons.joined(separator: ", ")) |"
            )
            sum.passed += count.passed
            sum.failed += count.failed
            sum.outside.merge(count.outside, uniquingKeysWith: +)
            failures += count.failed.map { "\(file): \($0)" }
        }
        let outside = sum.outside.values.reduce(0, +)
        rows.append("| **all** | \(sum.total) | \(sum.passed) | \(sum.failed.count) | \(outside) |")
        let text = Self.page(rows, failures)
        let results = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Results/cel-conformance.md")
        if ProcessInfo.processInfo.environment["GOLDEN"] == "rewrite" {
            try Data(text.utf8).write(to: results)
        }
        #expect(try String(contentsOf: results, encoding: .utf8) == text)
    }

    private static func run(_ file: String) throws -> Count {
        let path = "\(folder ?? "")/\(file).textproto"
        let data = try #require(
            TextProto(try String(contentsOfFile: path, encoding: .utf8)),
            "\(path) is not in the text format"
        )
        var count = Count()
        for section in data.messages("section") {
            for test in section.messages("test") {
                let test = ConformanceCase(test, section: section.string("name") ?? "")
                switch test.run() {
                case .passed: count.passed += 1
                case .outside(let reason): count.outside[reason, default: 0] += 1
                case .failed(let reason): count.failed.append("\(test.name): \(reason)")
                }
            }
        }
        return count
    }

    private static func page(_ rows: [String], _ failures: [String]) -> String {
        let list = failures.isEmpty ? "None." : failures.map { "- \($0)" }.joined(separator: "\n")
        return """
            # CEL: the published test data

            Cases of `tests/simple/testdata` of google/cel-spec, run by `CELConformanceTests` with `CEL_SPEC=FOLDER`.
            *Outside* needs what the subset leaves out: protobuf messages, containers, functions that are declared only.
            Not run: files of extensions and of protobuf (`*_ext`, `proto2`, `proto3`, `enums`, `wrappers`, `dynamic`,
            `optionals`, `macros2`, `unknowns`).

            | file | cases | pass | fail | outside |
            |---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            Failures:

            \(list)

            """
    }
}
