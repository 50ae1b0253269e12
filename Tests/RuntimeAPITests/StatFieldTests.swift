import RuntimeAPI
import Testing

@Suite struct StatFieldTests {
    @Test func `names and positions are HAProxy's`() {
        #expect(StatField.allCases.count == 113)
        #expect(StatField.status.rawValue == 17 && StatField.status.name == "status")
        #expect(StatField.srid.rawValue == 103 && StatField.srid.name == "srid")
        #expect(StatField.proto.rawValue == 112 && StatField.proto.name == "proto")
    }
}
