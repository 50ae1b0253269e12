import Fleet
import Model
import Planning

/// Inputs that most tests of this room share.
enum FleetFixture {
    static let origin = Origin(file: "fleet.yaml", line: 3, column: 5)

    static func target(_ runtime: RuntimeAddress = .unix("run/lb1.sock")) -> ProxyTarget {
        ProxyTarget(name: name("lb1"), runtime: runtime)
    }

    static func name<Kind>(_ text: String) -> Name<Kind> {
        guard let name = try? Name<Kind>(text) else { preconditionFailure("bad name \(text)") }
        return name
    }

    static func map(_ text: String) -> PatternFileName {
        guard let name = try? PatternFileName(text) else { preconditionFailure("bad map \(text)") }
        return name
    }

    static func path(_ server: String) -> ServerPath { ServerPath(name("shop"), name(server)) }

    static func weight(_ value: Int) -> Weight { Weight(value) ?? .one }

    static func endpoint(_ text: String) -> Endpoint {
        guard let endpoint = Endpoint(text) else { preconditionFailure("bad address \(text)") }
        return endpoint
    }

    /// Chains of `length` changes, each after the one before, planned on what `transport` shows.
    static func plan(
        _ changes: [Change],
        chainsOf length: Int = .max,
        on observed: ObservedProxy
    ) -> ProxyPlan {
        let steps = changes.enumerated().map { index, change in
            let after = index.isMultiple(of: length) ? [] : [index]
            return Step(id: index + 1, change: change, origin: origin, after: after)
        }
        return ProxyPlan(
            proxy: observed.name,
            incarnation: observed.incarnation,
            base: Planner.baseDigest(of: steps, in: observed),
            steps: steps
        )
    }
}
