import Fleet
import Model
import Testing

@testable import Controller

@Suite struct FleetOutcomeTests {
    private static let converged = ProxyOutcome.converged(operations: 2, took: .milliseconds(5))

    private static var unreachable: ProxyOutcome {
        get throws {
            .unreachable(FleetError(.absent, on: try Fixture.target("lb1"), tried: "observing"))
        }
    }

    private func status(of proxies: [ProxyOutcome]) throws -> CommandStatus {
        var named: [ProxyName: ProxyOutcome] = [:]
        for (index, outcome) in proxies.enumerated() {
            named[try ProxyName("lb\(index)")] = outcome
        }
        let outcome = FleetOutcome(
            fleet: try FleetName("edge"),
            revision: Fixture.revision,
            proxies: named,
            took: .zero
        )
        return CommandStatus(of: [outcome])
    }

    @Test func `everyone converged is ok`() throws {
        #expect(try status(of: [Self.converged, Self.converged]) == .ok)
    }

    @Test func `some failed and some not is partly applied`() throws {
        #expect(try status(of: [Self.converged, .failed("no")]) == .partlyApplied)
        #expect(try status(of: [Self.converged, Self.unreachable]) == .partlyApplied)
        #expect(try status(of: [Self.converged, .refused("claimed"), .held]) == .partlyApplied)
    }

    @Test func `nobody changed is an error`() throws {
        #expect(try status(of: [Self.unreachable]) == .error)
    }

    @Test func `a stale plan says so whatever else happened`() throws {
        #expect(
            try status(of: [Self.converged, .stale("weight moved"), .failed("no")]) == .stalePlan
        )
    }

    @Test func `what only needs time has not converged`() throws {
        #expect(try status(of: [Self.converged, .pending("3 sessions")]) == .notConverged)
    }
}
