/// Turns a frontend's rules into the form workers read; done once, at boot.
struct RuleCompiler {
    /// Numbers of backends by name, for the defaults of maps.
    let backends: [String: Int32]
    /// The number of the first backend that stands for a service.
    let firstService: Int32

    func compile(_ frontend: FrontendConfiguration) -> FrontendSnapshot {
        var made = FrontendSnapshot()
        made.rules = .make(
            frontend.rules.map { rule in
                var made = RoutingRule()
                if let condition = rule.condition { made.condition = compile(condition) }
                switch rule.target {
                case .backend(let number): made.backend = Int32(number)
                case .computed(let sample): made.sample = compile(sample)
                case .service(let number): made.backend = firstService + Int32(number)
                }
                return made
            }
        )
        made.defaultBackend = Int32(frontend.defaultBackend ?? -1)
        made.monitorURI = .make(frontend.monitorURI ?? "")
        made.monitorFail = .make(frontend.monitorFail.map(compile))
        made.timeouts = frontend.timeouts
        made.addsForwardedFor = frontend.addsForwardedFor
        made.options = frontend.options
        made.isEnabled = !frontend.isDisabled
        return made
    }

    private func compile(_ condition: ConditionConfiguration) -> RoutingCondition {
        var made = RoutingCondition()
        made.isInverted = condition.isInverted
        made.alternatives = .make(
            condition.alternatives.map { terms in
                .make(
                    terms.map { term in
                        var made = RoutingTerm()
                        made.isNegated = term.isNegated
                        made.tests = .make(term.tests.map(compile))
                        return made
                    }
                )
            }
        )
        return made
    }

    private func compile(_ test: TestConfiguration) -> RoutingTest {
        var made = RoutingTest()
        made.sample = compile(test.sample)
        made.match = test.match
        made.ignoresCase = test.ignoresCase
        made.patterns = .make(test.patterns.map { RawText.make($0) })
        made.ranges = .make(test.ranges.map(IntegerRange.init))
        return made
    }

    private func compile(_ sample: SampleConfiguration) -> RoutingSample {
        var made = RoutingSample()
        switch sample.fetch {
        case .path: made.fetch = .path
        case .url: made.fetch = .url
        case .query: made.fetch = .query
        case .method: made.fetch = .method
        case .always: made.fetch = .always
        case .never: made.fetch = .never
        case .header(let name):
            made.fetch = .header
            made.text = .make(name)
        case .constant(let text):
            made.fetch = .constant
            made.text = .make(text)
        case .usableServers(let number):
            made.fetch = .usableServers
            made.backend = Int32(number)
        }
        made.converters = .make(sample.converters.map(compile))
        return made
    }

    private func compile(_ converter: SampleConfiguration.Converter) -> RoutingConverter {
        switch converter {
        case .lower: return RoutingConverter(.lower)
        case .upper: return RoutingConverter(.upper)
        case .hostOnly: return RoutingConverter(.hostOnly)
        case .field(let position, let delimiters):
            var made = RoutingConverter(.field)
            made.position = Int32(position)
            made.text = .make(delimiters)
            return made
        case .map(let number, let match, let fallback):
            var made = RoutingConverter(.map)
            made.map = Int32(number)
            made.match = match
            made.hasDefault = fallback != nil
            made.text = .make(fallback ?? "")
            made.defaultBackend = fallback.flatMap { backends[$0] } ?? -1
            return made
        }
    }
}
