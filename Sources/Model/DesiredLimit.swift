/// One limit of a proxy as it should be.
package struct DesiredLimit: Hashable, Sendable {
    package let target: LimitTarget
    /// Connections, or events a second; `http-compression` in kilobytes a second. 0 lifts a rate limit.
    package let value: Int
    package let origin: Origin

    package init(_ target: LimitTarget, _ value: Int, origin: Origin) {
        self.target = target
        self.value = value
        self.origin = origin
    }
}

/// What a limit limits: everything `set maxconn` and `set rate-limit` can change (HAProxy 1.5+).
package enum LimitTarget: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// `set maxconn global N`; at most the boot file's.
    case globalMaxconn
    /// `set maxconn frontend NAME N`.
    case frontendMaxconn(FrontendName)
    /// `set rate-limit KIND global N`.
    case rate(Rate)

    /// The target that `description` prints; nil for anything else.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch (words.first, words.count) {
        case ("maxconn", 2) where words[1] == "global": self = .globalMaxconn
        case ("maxconn", 3) where words[1] == "frontend":
            guard let name = try? FrontendName(words[2]) else { return nil }
            self = .frontendMaxconn(name)
        case ("rate-limit", 3) where words[2] == "global":
            guard let rate = Rate(rawValue: words[1]) else { return nil }
            self = .rate(rate)
        default: return nil
        }
    }

    /// What is counted a second.
    package enum Rate: String, Hashable, Comparable, Sendable, Codable, CaseIterable {
        case connections, sessions
        case sslSessions = "ssl-sessions"
        case httpCompression = "http-compression"

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// As HAProxy's command spells it, without `set`.
    package var description: String {
        switch self {
        case .globalMaxconn: "maxconn global"
        case .frontendMaxconn(let name): "maxconn frontend \(name)"
        case .rate(let rate): "rate-limit \(rate.rawValue) global"
        }
    }
}
