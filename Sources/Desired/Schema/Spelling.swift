/// Finds what somebody probably meant.
package enum Spelling {
    /// The word nearest to `text`, if one is near enough to be worth naming; the first of equals.
    package static func nearest(
        to text: String,
        among words: some Sequence<String>
    ) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let limit = max(1, text.utf8.count / 3)
        var best: (word: String, distance: Int)?
        for word in words where abs(word.utf8.count - text.utf8.count) <= limit {
            let distance = distance(Array(text.lowercased().utf8), Array(word.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? Int.max { best = (word, distance) }
        }
        return best?.word
    }

    /// Insertions, removals, replacements and swaps of neighbours that turn one into the other.
    private static func distance(_ from: [UInt8], _ to: [UInt8]) -> Int {
        guard !from.isEmpty, !to.isEmpty else { return max(from.count, to.count) }
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for row in 1...from.count {
            var current = [row]
            for column in 1...to.count {
                let isSame = from[row - 1] == to[column - 1]
                var cost = min(
                    last[column] + 1,
                    current[column - 1] + 1,
                    last[column - 1] + (isSame ? 0 : 1)
                )
                if row > 1, column > 1, from[row - 1] == to[column - 2],
                    from[row - 2] == to[column - 1]
                {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[to.count]
    }
}
