package import Model

/// What reading one revision gave: the state, or the mistakes that stand in its way.
package struct LoadedState: Sendable {
    package let revision: Revision
    /// Nil when any diagnostic is an error.
    package let state: DesiredState?
    /// Errors, warnings and notes, sorted by place.
    package let diagnostics: [Diagnostic]
    /// Files whose text was parsed by this load.
    package let filesParsed: Int
    /// Files taken from the cache because their content had been parsed before.
    package let filesReused: Int
    /// Every policy of the revision, sorted by name, whether it matches a fleet or not.
    package let policies: [DesiredPolicy]
    /// For which fleets a policy is, by its name; those without hold for every fleet.
    var scopes: [String: FleetSelector] = [:]
    /// Text of the files that a diagnostic points into, by path.
    package let texts: [String: String]
    /// Where the lines of each text begin: a thousand diagnostics must not read a file a thousand times.
    private let lineStarts: [String: [String.Index]]

    package init(
        revision: Revision,
        state: DesiredState?,
        diagnostics: [Diagnostic],
        filesParsed: Int = 0,
        filesReused: Int = 0,
        policies: [DesiredPolicy] = [],
        texts: [String: String] = [:]
    ) {
        self.revision = revision
        self.state = state
        self.diagnostics = diagnostics
        self.filesParsed = filesParsed
        self.filesReused = filesReused
        self.policies = policies
        self.texts = texts
        lineStarts = texts.mapValues(Excerpt.lineStarts)
    }

    /// The line a diagnostic points at, with a caret under the column; nil when its text was not kept.
    package func excerpt(at origin: Origin) -> Excerpt? {
        guard let text = texts[origin.file], let starts = lineStarts[origin.file],
            starts.indices.contains(origin.line - 1)
        else { return nil }
        return Excerpt(beginning: text[starts[origin.line - 1]...], at: origin)
    }
}
