import Fleet
import Testing

@testable import Controller

@Suite struct ProxyOutcomeTests {
    @Test func `what only needs time is pending, what was refused is not`() {
        #expect(ProxyOutcome.pending("2 sessions").isPending)
        #expect(ProxyOutcome.held.isPending)
        #expect(!ProxyOutcome.failed("no").isPending)
        #expect(!ProxyOutcome.refused("claimed").isConverged)
    }

    @Test func `a proxy that cannot be reached says what was tried`() throws {
        let error = FleetError(.refused, on: try Fixture.target("lb1"), tried: "observing")
        #expect(
            ProxyOutcome.unreachable(error).message
                == "observing: the connection was refused; is the proxy running?"
        )
        #expect(ProxyOutcome.converged(operations: 3, took: .zero).message.isEmpty)
    }
}
