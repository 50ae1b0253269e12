package import Model

/// A static `haproxy.cfg` as sections of words: hides quoting, escapes, comments and variables.
///
/// Knows the grammar and the names of sections, not what keywords mean, so that the proxy, which obeys a
/// file, and the controller, which only reads a few lines of it, read it alike (configuration.txt §2).
package struct BootConfig: Hashable, Sendable {
    /// In the order of the files.
    package let sections: [BootSection]
    /// Everything wrong with the grammar, in order; the sections hold what could be read nevertheless.
    package let diagnostics: [Diagnostic]
    /// The variables as the last line of `global` left them.
    package let environment: [String: String]

    /// Reads several files as if they were one, the way `-f` given twice does.
    package static func parse(
        files: [(name: String, text: String)],
        environment: [String: String],
        facts: BootFacts = BootFacts()
    ) -> BootConfig {
        var reader = BootReader(environment: environment, facts: facts)
        for file in files { reader.read(file.text, named: file.name) }
        return BootConfig(
            sections: reader.sections,
            diagnostics: reader.diagnostics,
            environment: reader.environment
        )
    }

    /// For each section the number of the `defaults` section that it starts from; nil for none.
    ///
    /// The one after `from`, else the last before it; a `defaults` section without `from` starts from nothing.
    package var bases: [Int?] {
        var named: [String: Int] = [:]
        for (index, section) in sections.enumerated() where section.kind == .defaults {
            named[section.name] = index
        }
        var last: Int?
        return sections.enumerated().map { index, section in
            defer { if section.kind == .defaults { last = index } }
            if let name = section.from { return named[name] }
            return section.kind.isProxy ? last : nil
        }
    }
}

/// One section: its header line taken apart, and the lines below it.
package struct BootSection: Hashable, Sendable {
    /// The sections HAProxy 3.4 has.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case global, defaults, frontend, backend, listen
        case peers, resolvers, userlist, mailers, program, cache, ring, traces, acme
        case fastCGIApplication = "fcgi-app"
        case httpErrors = "http-errors"
        case logForward = "log-forward"
        case logProfile = "log-profile"
        case certificateStore = "crt-store"
        case healthCheck = "healthcheck"

        /// Listens or has servers.
        package var isProxy: Bool { self == .frontend || self == .backend || self == .listen }
    }

    package let kind: Kind
    /// Empty for `global` and an unnamed `defaults`.
    package let name: String
    /// The name after `from`.
    package let from: String?
    package let lines: [BootLine]
    /// The header line's place.
    package let origin: Origin

    package init(kind: Kind, name: String, from: String?, lines: [BootLine], origin: Origin) {
        self.kind = kind
        self.name = name
        self.from = from
        self.lines = lines
        self.origin = origin
    }
}

/// One line as words, after quoting, escapes and variables; never empty.
package struct BootLine: Hashable, Sendable {
    package let words: [String]
    package let origin: Origin

    package init(words: [String], origin: Origin) {
        self.words = words
        self.origin = origin
    }

    package var keyword: String { words[0] }
    package var arguments: ArraySlice<String> { words.dropFirst() }
}
