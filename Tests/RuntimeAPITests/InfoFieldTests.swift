import Testing

@testable import RuntimeAPI

@Suite struct InfoFieldTests {
    @Test func `names and positions are HAProxy's`() {
        #expect(InfoField.byName["Pid"]?.position == 6)
        #expect(InfoField.byName["Unstoppable Jobs"]?.position == 54)
        #expect(InfoField.byName["Start_time_sec"]?.position == 70)
        #expect(InfoField.byName["BlockedTrafficWarnings"]?.position == 78)
    }
}
