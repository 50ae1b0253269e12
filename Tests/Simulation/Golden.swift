package import FoundationEssentials

/// Compares a text with the file that holds what it should be; `GOLDEN=rewrite` writes it instead.
///
/// `make golden` sets the variable; the diff of the files is then the review.
package enum Golden {
    /// Nil when `text` equals the file's content, else what differs and what to do.
    package static func difference(of text: String, from file: URL) -> String? {
        if ProcessInfo.processInfo.environment["GOLDEN"] == "rewrite" {
            return write(text, to: file)
        }
        guard let data = try? Data(contentsOf: file) else {
            return "\(file.path) does not exist; `make golden` writes it"
        }
        let expected = String(decoding: data, as: UTF8.self)
        return expected == text ? nil : firstDifference(of: text, from: expected, in: file)
    }

    private static func write(_ text: String, to file: URL) -> String? {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
            return nil
        } catch {
            return "cannot write \(file.path): \(error)"
        }
    }

    private static func firstDifference(of text: String, from expected: String, in file: URL)
        -> String
    {
        let actualLines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let same = zip(actualLines, expectedLines).prefix { $0 == $1 }.count
        let actual = same < actualLines.count ? String(actualLines[same]) : "(end of text)"
        let wanted = same < expectedLines.count ? String(expectedLines[same]) : "(end of file)"
        return """
            \(file.path):\(same + 1) differs; if the new text is right, run `make golden`
              expected: \(wanted)
              actual:   \(actual)
            """
    }
}
