import Model
import Testing

@testable import Proxy

@Suite struct RuleCompilerTests {
    @Test func `a frontend keeps its numbers, names and conditions`() {
        var frontend = FrontendConfiguration(
            name: "fe",
            id: 2,
            origin: Origin(file: "f", line: 1, column: 1)
        )
        var test = TestConfiguration(sample: SampleConfiguration(.path), match: .prefix)
        test.patterns = ["/a", "/b"]
        let term = ConditionConfiguration.Term(isNegated: true, tests: [test])
        var sample = SampleConfiguration(.header("host"))
        sample.converters = [.lower, .map(0, .string, default: "web")]
        let condition = ConditionConfiguration(
            alternatives: [[term], [term, term]],
            isInverted: true
        )
        frontend.rules = [
            RuleConfiguration(target: .backend(3), condition: condition, origin: frontend.origin),
            RuleConfiguration(target: .computed(sample), condition: nil, origin: frontend.origin),
            RuleConfiguration(target: .service(1), condition: nil, origin: frontend.origin),
        ]
        frontend.monitorURI = "/up"
        let made = RuleCompiler(backends: ["web": 5], firstService: 6).compile(frontend)
        #expect(made.rules.count == 3 && made.rules[2].backend == 7)
        #expect(made.defaultBackend == -1 && made.isEnabled)
        #expect(made.rules[0].backend == 3 && made.rules[0].condition.isInverted)
        #expect(
            made.rules[0].condition.alternatives.indices.map {
                made.rules[0].condition.alternatives[$0].count
            } == [1, 2]
        )
        let compiled = made.rules[0].condition.alternatives[0][0]
        #expect(
            compiled.isNegated && compiled.tests[0].match == .prefix
                && compiled.tests[0].patterns.count == 2
        )
        let map = made.rules[1].sample.converters[1]
        #expect(
            made.rules[1].backend == -1 && map.hasDefault && map.defaultBackend == 5 && map.map == 0
        )
        #expect(made.rules[1].condition.alternatives.isEmpty)
        #expect(made.monitorURI.count == 3)
    }
}
