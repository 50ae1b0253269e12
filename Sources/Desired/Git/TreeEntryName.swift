/// Judges the names in Git trees, which nothing but a hand-made tree gets wrong.
enum TreeEntryName {
    /// A name that is safe as part of a path on every system, or nil.
    ///
    /// Refused: `.`, `..`, what file systems take for `.git`, separators, control characters, non-UTF-8.
    static func accepted(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty, let name = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        let isSafe = bytes.allSatisfy { byte in
            byte >= 32 && byte != 127 && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
        }
        return isSafe && name != "." && name != ".." && !isRepository(name) ? name : nil
    }

    /// HFS+ drops format characters and NTFS trailing dots and spaces, which turns other names into `.git`.
    private static func isRepository(_ name: String) -> Bool {
        let scalars = name.unicodeScalars.filter { $0.properties.generalCategory != .format }
        var folded = String(String.UnicodeScalarView(scalars)).lowercased()[...]
        if let stream = folded.firstIndex(of: ":") { folded = folded[..<stream] }
        while folded.hasSuffix(".") || folded.hasSuffix(" ") { folded.removeLast() }
        return folded == ".git" || folded == "git~1"
    }
}
