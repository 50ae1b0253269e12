/// `use_backend NAME|%[…] [if|unless …]`, compiled.
package struct RoutingRule: BitwiseCopyable {
    package var condition = RoutingCondition()
    /// The backend's number; -1 computes it from `sample`.
    package var backend: Int32 = -1
    package var sample = RoutingSample()

    package init() {}
}

/// A condition, compiled: alternatives of terms that hold together; without any it always holds.
package struct RoutingCondition: BitwiseCopyable {
    package var alternatives: RawArray<RawArray<RoutingTerm>> = .empty
    /// `unless`.
    package var isInverted = false

    package init() {}
}

/// One acl of a condition: any of its tests satisfies it.
package struct RoutingTerm: BitwiseCopyable {
    package var isNegated = false
    package var tests: RawArray<RoutingTest> = .empty

    package init() {}
}

/// One comparison of a sample with patterns.
package struct RoutingTest: BitwiseCopyable {
    package var sample = RoutingSample()
    package var match: MatchKind = .string
    package var ignoresCase = false
    package var patterns: RawArray<RawText> = .empty
    package var ranges: RawArray<IntegerRange> = .empty

    package init() {}
}

/// How a pattern and a sample are compared (`-m`).
package enum MatchKind: UInt8, BitwiseCopyable, Sendable {
    case string, prefix, suffix, substring, found, integer, boolean
}

/// Both ends belong to it.
package struct IntegerRange: BitwiseCopyable {
    package var lower: Int
    package var upper: Int

    package init(_ range: ClosedRange<Int>) {
        lower = range.lowerBound
        upper = range.upperBound
    }
}

/// A fetch and its converters, compiled.
package struct RoutingSample: BitwiseCopyable {
    /// Where the bytes come from.
    package enum Fetch: UInt8, BitwiseCopyable {
        case path, url, query, method, header, constant, usableServers, always, never
    }

    package var fetch: Fetch = .never
    /// Header name in lower case, or the constant.
    package var text: RawText = .empty
    /// For `usableServers`.
    package var backend: Int32 = -1
    package var converters: RawArray<RoutingConverter> = .empty

    package init() {}
}

/// One converter, compiled.
package struct RoutingConverter: BitwiseCopyable {
    /// What it does to the bytes.
    package enum Kind: UInt8, BitwiseCopyable { case lower, upper, hostOnly, field, map }

    package var kind: Kind
    package var match: MatchKind = .string
    /// `field`'s position.
    package var position: Int32 = 0
    /// `field`'s delimiters, or a map's default.
    package var text: RawText = .empty
    package var hasDefault = false
    /// The backend the default names, or -1.
    package var defaultBackend: Int32 = -1
    package var map: Int32 = -1

    package init(_ kind: Kind) {
        self.kind = kind
    }
}
