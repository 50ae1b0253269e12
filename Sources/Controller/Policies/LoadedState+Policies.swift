package import Desired
import Model
import Planning

extension LoadedState {
    /// Mistakes in expressions that are listed.
    private static var mistakeLimit: Int { 500 }

    /// The same with the mistakes in the expressions of its policies; one that has any is no good state.
    package var withPoliciesChecked: LoadedState {
        var mistakes: [Diagnostic] = []
        for policy in policies {
            let found = PolicyProgram.compile(policy, timeZones: TimeZoneDatabase.offset)
            mistakes += found.diagnostics
            if mistakes.count > Self.mistakeLimit, let last = mistakes.last {
                mistakes = Array(mistakes.prefix(Self.mistakeLimit))
                let message = "and more mistakes in expressions"
                mistakes.append(Diagnostic(.note, at: last.origin, message))
                break
            }
        }
        guard !mistakes.isEmpty else { return self }
        return LoadedState(
            revision: revision,
            state: nil,
            diagnostics: (diagnostics + mistakes).sorted(),
            filesParsed: filesParsed,
            filesReused: filesReused,
            policies: policies,
            texts: texts
        )
    }
}
