package import Desired
import Model
import Planning

extension LoadedState {
    /// The same with the mistakes in the expressions of its policies; one that has any is no good state.
    package var withPoliciesChecked: LoadedState {
        let mistakes = policies.flatMap {
            PolicyProgram.compile($0, timeZones: TimeZoneDatabase.offset).diagnostics
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
