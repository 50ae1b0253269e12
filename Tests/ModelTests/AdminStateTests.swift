import Model
import Testing

@Suite struct AdminStateTests {
    @Test(arguments: [-1, 257, Int.max]) func `a weight outside of HAProxy's range is none`(
        value: Int
    ) {
        #expect(Weight(value) == nil)
    }

    @Test(arguments: [0, 1, 256]) func `a weight is its number`(value: Int) {
        #expect(Weight(value)?.value == value)
    }

    @Test func `states are named as set server names them`() {
        #expect(AdminState.allCases.map(\.rawValue) == ["ready", "drain", "maint"])
    }
}
