import FoundationEssentials

/// A moment in milliseconds since 1970, and how people read it.
package struct WallTime: Hashable, Sendable, CustomStringConvertible {
    package let milliseconds: Int

    package init(_ milliseconds: Int) { self.milliseconds = milliseconds }

    /// `2026-11-23 08:30:12 UTC`
    package var description: String {
        let text = Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
        return text.replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    /// `12 s`, `5 min`, `3 h` or `2 d` between two moments; the largest unit alone.
    package func distance(to other: WallTime) -> String {
        let seconds = abs(other.milliseconds - milliseconds) / 1000
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3_600) h"
        default: return "\(seconds / 86_400) d"
        }
    }
}
