/// Numbers of CPUs as Linux and HAProxy write them: `0-3,32-35`.
package enum CPUSet {
    /// The numbers of a list in its order; nil for one that is none.
    package static func parse(_ text: String) -> [Int]? {
        var numbers: [Int] = []
        for part in text.split(whereSeparator: { ",\n ".contains($0) }) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
                0 <= low, low <= high, high < 4096
            else { return nil }
            numbers += low...high
        }
        return numbers
    }

    /// Numbers as a list with ranges, ascending.
    package static func text(_ numbers: some Sequence<Int>) -> String {
        var parts: [(low: Int, high: Int)] = []
        for number in numbers.sorted() {
            if let last = parts.last, last.high == number - 1 {
                parts[parts.count - 1].high = number
            } else {
                parts.append((number, number))
            }
        }
        return parts.map { $0.low == $0.high ? "\($0.low)" : "\($0.low)-\($0.high)" }
            .joined(separator: ",")
    }
}
