import Testing

@testable import Proxy

@Suite struct CheckRuleReaderTests {
    private func step(_ rule: String) throws -> CheckStep {
        let words = rule.split(separator: " ").map(String.init)
        var reader = CheckRuleReader(words[2...])
        return try reader.step(words[1], of: words[0])
    }

    @Test func `options of an expectation stand before or behind its pattern`() throws {
        let step = try step(
            "tcp-check expect min-recv 5 !rstring ^error comment no tout-status L4TOUT"
        )
        guard case .expect(let expectation) = step.action else {
            Issue.record("\(step)")
            return
        }
        #expect(expectation.pattern == .regex("^error") && expectation.isNegated)
        #expect(expectation.minimum == 5 && expectation.timedOut == .layer4Timeout)
        #expect(step.comment == "no")
    }

    @Test func `headers have a name and a value, each matched in its way`() throws {
        let step = try step("http-check expect fhdr name -m beg X- value -m sub b")
        guard case .expect(let expectation) = step.action,
            case .header(let header) = expectation.pattern
        else {
            Issue.record("\(step)")
            return
        }
        #expect(header.isWhole && header.name.kind == .prefix && header.value?.kind == .substring)
    }

    @Test(arguments: [
        "tcp-check connect port x", "tcp-check connect addr nowhere", "tcp-check send",
        "tcp-check send a b", "http-check expect hdr value a", "tcp-check expect string",
        "http-check expect status 99", "http-check expect hdr name -m len a",
        "tcp-check expect min-recv -2 string a", "tcp-check expect ok-status L7STS string a",
        "tcp-check expect on-error %[x] string a", "http-check unknown",
    ]) func `mistakes are told`(_ rule: String) {
        #expect(throws: RuleMistake.self) { try step(rule) }
    }
}
