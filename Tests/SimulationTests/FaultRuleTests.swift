import Model
import SimulatedFleet
import Simulation
import Testing

struct FaultRuleTests {
    @Test func `the first rule that applies wins`() throws {
        let (one, two) = (try ProxyName("proxy1"), try ProxyName("proxy2"))
        let rules = [
            FaultRule(.refuse, percent: 100, during: .seconds(1)..<(.seconds(2)), on: [one]),
            FaultRule(.hang, percent: 100, during: .seconds(0)..<(.seconds(10))),
        ]
        var generator = SeededGenerator(seed: 1)
        let fault = { (proxy: ProxyName, second: Int, generator: inout SeededGenerator) in
            FaultRule.fault(in: rules, for: proxy, at: .seconds(second), using: &generator)
        }
        #expect(fault(one, 1, &generator) == .refuse)
        #expect(fault(two, 1, &generator) == .hang)
        #expect(fault(one, 2, &generator) == .hang)
        #expect(fault(one, 10, &generator) == nil)
    }

    @Test func `a rule hits about its share`() throws {
        let proxy = try ProxyName("proxy1")
        let rules = [FaultRule(.dropReply, percent: 20, during: .seconds(0)..<(.seconds(1)))]
        var generator = SeededGenerator(seed: 1)
        let hits = (0..<1000).count { _ in
            FaultRule.fault(in: rules, for: proxy, at: .zero, using: &generator) != nil
        }
        #expect((150...250).contains(hits))
    }

    @Test(arguments: Seed.runs(50)) func `every random rule is over when it gets quiet`(seed: Seed)
        throws
    {
        var generator = seed.generator
        let proxies = [try ProxyName("proxy1"), try ProxyName("proxy2")]
        let rules = FaultRule.random(for: proxies, before: .seconds(60), using: &generator)
        for proxy in proxies {
            #expect(
                FaultRule.fault(in: rules, for: proxy, at: .seconds(60), using: &generator) == nil
            )
        }
    }

    @Test(arguments: Seed.runs(50)) func `a partition hits everything until its rule ends`(
        seed: Seed
    ) throws {
        var generator = seed.generator
        let proxies = [try ProxyName("proxy1"), try ProxyName("proxy2")]
        for rule in FaultRule.random(for: proxies, before: .seconds(60), using: &generator) {
            guard case .partition(let end) = rule.fault else { continue }
            #expect(end == rule.window.upperBound)
            #expect(rule.percent == 100)
        }
    }
}
