import Model
import RuntimeAPI
import Testing

@Suite struct ServerStateRowTests {
    private func row(adminBits: Int = 0, checkBits: Int = 0) -> ServerStateRow {
        var row = ServerStateRow(backendID: 1, backendName: "web", serverID: 1, serverName: "a")
        row.adminBits = adminBits
        row.checkBits = checkBits
        return row
    }

    @Test(arguments: [
        (0, AdminState.ready), (1, .maint), (5, .maint), (4, .ready), (8, .drain), (9, .maint),
        (0x20, .maint), (0x14, .drain),
    ])
    func `the administrative state ignores where it came from`(bits: Int, state: AdminState) {
        #expect(row(adminBits: bits).adminState == state)
    }

    @Test func `a check is configured before it is enabled`() {
        #expect(row(checkBits: 2).isCheckConfigured && !row(checkBits: 2).isCheckEnabled)
        #expect(row(checkBits: 6).isCheckEnabled)
    }

    @Test func `an address becomes an endpoint`() {
        var row = row()
        #expect(row.endpoint == nil)
        row.address = "::1"
        row.port = 80
        #expect(row.endpoint == Endpoint("[::1]:80"))
        row.address = "10.0.0.1"
        #expect(row.endpoint == Endpoint("10.0.0.1:80"))
        row.address = "unix@/x"
        #expect(row.endpoint == Endpoint("unix@/x"))
    }
}
