import Foundation
import Testing

/// Rule 2: what the compiler cannot check lives in few folders.
struct MemorySafetyTests {
    static let folders = [
        "Sources/Proxy/Loop/", "Sources/Proxy/Memory/", "Sources/Proxy/TLS/",
        "Sources/Proxy/HTTP2/", "Sources/Proxy/Rules/PCRE/",
        "Sources/Desired/Git/", "Sources/Desired/YAML/", "Tests/Fuzz/",
    ]

    @Test func `unsafe code stays in the folders that wrap it`() {
        for file in SourceTree.swiftFiles where !Self.folders.contains(where: file.path.hasPrefix) {
            for index in file.rows(with: "unsafe", "unchecked", "safe") {
                let line = file.codeLines[index]
                guard
                    let word = line.firstMatch(
                        of: #/\bunsafe\b|@unchecked Sendable|@safe\b|@unsafe\b/#
                    )
                else { continue }
                guard !file.isExcepted(line: index) else { continue }
                Issue.record(
                    "\(file.path):\(index + 1): '\(word.output)' is allowed only in \(Self.folders.joined(separator: " ")); ask that room for a safe interface"
                )
            }
        }
    }

    @Test func `a promise about sharing carries the invariant that keeps it`() {
        for file in SourceTree.swiftFiles {
            for index in file.rows(with: "unchecked", "nonisolated") {
                let line = file.codeLines[index]
                guard line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)")
                else { continue }
                var above = index - 1
                while above >= 0,
                    file.lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@")
                { above -= 1 }
                let comment =
                    above >= 0 ? file.lines[above].trimmingCharacters(in: .whitespaces) : ""
                #expect(
                    comment.hasPrefix("//"),
                    "\(file.path):\(index + 1): say in a comment right above why this is sound"
                )
            }
        }
    }
}
