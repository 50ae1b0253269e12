import Proxy
import Testing

@Suite struct ProxyConfigurationTests {
    @Test func `a check accepts 200 to 399 when nothing is said`() {
        let check = HTTPCheckConfiguration()
        #expect([199, 200, 399, 400].map(check.accepts) == [false, true, true, false])
    }

    @Test func `a negated expectation refuses what it lists`() {
        var check = HTTPCheckConfiguration()
        check.statuses = [500...599]
        check.refusesListed = true
        #expect([200, 404, 500, 599].map(check.accepts) == [true, true, false, false])
    }

    @Test func `only static algorithms refuse dynamic servers`() {
        var balance = BalanceConfiguration()
        #expect(balance.allowsDynamicServers)
        balance.algorithm = .mapHash
        #expect(!balance.allowsDynamicServers)
        balance.algorithm = .staticRoundRobin
        #expect(!balance.allowsDynamicServers)
    }
}
