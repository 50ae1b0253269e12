import Model

extension LoadedState {
    /// The same state with the policies of another repository, which hold on top of its own.
    ///
    /// Whoever writes here cannot weaken them: they are taken as they are, and a policy here of the same name
    /// is a mistake. `place` names the other repository in front of every path in it.
    package func adding(policiesOf other: LoadedState, from place: String) -> LoadedState {
        let own = Dictionary(policies.map { ($0.name, $0) }) { first, _ in first }
        var mistakes = other.diagnostics.map { $0.placed(in: place) }
        if other.policies.isEmpty, other.state != nil {
            // Whoever names a place for policies wants to be guarded by some.
            let here = Origin(file: place, line: 1, column: 1)
            mistakes.append(Diagnostic(at: here, "no Policy is declared here"))
        }
        for policy in other.policies {
            guard let taken = own[policy.name] else { continue }
            let message = "Policy \(policy.name) is in \(place), too, and holds as it is there"
            let related = policy.origin.placed(in: place)
            mistakes.append(Diagnostic(at: taken.origin, message, related: related))
        }
        let added = other.policies.map { $0.placed(in: place) }
        let isValid = other.state != nil && !mistakes.contains { $0.severity == .error }
        var texts = texts
        for (path, text) in other.texts { texts["\(place):\(path)"] = text }
        return LoadedState(
            revision: revision,
            state: isValid ? state.map { $0.adding(added, other.scopes) } : nil,
            diagnostics: (diagnostics + mistakes).sorted(),
            filesParsed: filesParsed + other.filesParsed,
            filesReused: filesReused + other.filesReused,
            policies: policies + added,
            texts: texts
        )
    }
}

extension DesiredState {
    fileprivate func adding(
        _ policies: [DesiredPolicy],
        _ scopes: [String: FleetSelector]
    ) -> DesiredState {
        let fleets = fleets.map { fleet in
            var fleet = fleet
            fleet.policies += policies.filter { scopes[$0.name]?.selects(fleet) ?? true }
            fleet.policies.sort { $0.name < $1.name }
            return fleet
        }
        return DesiredState(revision: revision, fleets: fleets)
    }
}

extension DesiredPolicy {
    /// Expressions keep their places: they were checked where they stand.
    fileprivate func placed(in place: String) -> DesiredPolicy {
        var policy = DesiredPolicy(name: name, origin: origin.placed(in: place))
        policy.summary = summary
        policy.enforcement = enforcement
        policy.params = params
        policy.validations = validations
        policy.exemptions = exemptions
        policy.tests = tests
        return policy
    }
}

extension Diagnostic {
    fileprivate func placed(in place: String) -> Diagnostic {
        Diagnostic(
            severity,
            at: origin.placed(in: place),
            message,
            context: context,
            related: related?.placed(in: place)
        )
    }
}

extension Origin {
    fileprivate func placed(in place: String) -> Origin {
        Origin(file: "\(place):\(file)", line: line, column: column)
    }
}
