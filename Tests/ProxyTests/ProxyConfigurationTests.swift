import Proxy
import Testing

@Suite struct ProxyConfigurationTests {
    @Test func `only static algorithms refuse dynamic servers`() {
        var balance = BalanceConfiguration()
        #expect(balance.allowsDynamicServers)
        balance.algorithm = .mapHash
        #expect(!balance.allowsDynamicServers)
        balance.algorithm = .staticRoundRobin
        #expect(!balance.allowsDynamicServers)
    }
}
