/// A name of a commit taken apart: what to look up, and how many first parents to go back from it.
struct CommitName: Hashable {
    /// What stands before the first `~` or `^`; the whole text when what follows is not only steps back.
    let base: String
    /// Steps to first parents; 0 for a plain name.
    let generations: Int

    /// More steps than this are no review.
    private static let limit = 10_000

    init(_ text: String) {
        let end = text.utf8.firstIndex { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "^") }
        guard let end, end > text.startIndex, let steps = Self.steps(in: text[end...]) else {
            base = text
            generations = 0
            return
        }
        base = String(text[..<end])
        generations = steps
    }

    /// `~`, `~N`, `^` and `^1` in any number; nil for anything else, such as the second parent `^2`.
    private static func steps(in suffix: Substring) -> Int? {
        var total = 0
        var rest = suffix.utf8
        while let sign = rest.popFirst() {
            let digits = rest.prefix { (48...57).contains($0) }
            rest = rest.dropFirst(digits.count)
            let count = digits.isEmpty ? 1 : Int(String(Substring(digits))) ?? limit + 1
            let isStep = sign == UInt8(ascii: "~") || sign == UInt8(ascii: "^") && count == 1
            guard isStep, count <= limit else { return nil }
            total += count
            guard total <= limit else { return nil }
        }
        return total
    }

    static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }
}
