/// What conditions of a boot file, and `-cc`, may ask of the program that reads it (configuration.txt §2.4).
package struct BootFacts: Hashable, Sendable {
    /// The HAProxy release whose configuration and Runtime API apus-proxy follows.
    package var version = "3.0.0"
    /// Names that `feature()` answers with true: build options in HAProxy's spelling.
    package var features: Set<String> = [
        "EPOLL", "THREAD", "PCRE2", "PCRE2_JIT", "ACCEPT4", "OPENSSL",
    ]
    /// Names that `enabled()` answers with true.
    package var options: Set<String> = ["EPOLL", "REUSEPORT"]

    /// The TLS library, and the oldest release of it that will do.
    package var tlsLibrary = "OpenSSL"
    package var tlsVersion = "3.0.0"

    package init() {}
}

/// `MAJOR.MINOR[-devN|-rcN][.PATCH][-…]`, ordered as releases followed one another.
struct BootVersion: Comparable {
    private let fields: [Int]

    /// Nil unless it starts with two numbers.
    init?(_ text: String) {
        let release = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = release[0].split(separator: ".", omittingEmptySubsequences: false)
            .map { Int($0) }
        guard numbers.count >= 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        var patch = numbers.count > 2 ? numbers[2] ?? 0 : 0
        // A development or candidate release comes before the release it leads to.
        var stage = 2
        for part in release.dropFirst() {
            for (name, rank) in [("dev", 0), ("rc", 1)] where part.hasPrefix(name) {
                stage = rank
                patch = Int(part.dropFirst(name.utf8.count).prefix { $0.isNumber }) ?? 0
            }
        }
        fields = [major, minor, stage, patch]
    }

    static func < (left: Self, right: Self) -> Bool {
        left.fields.lexicographicallyPrecedes(right.fields)
    }
}
