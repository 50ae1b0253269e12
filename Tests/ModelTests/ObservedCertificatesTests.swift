import Model
import Testing

struct ObservedCertificatesTests {
    @Test func `nothing was asked for, so nothing is known`() {
        let observed = ObservedCertificates()
        #expect(observed.certificates.isEmpty && observed.lists.isEmpty)
        #expect(observed.transaction == nil)
    }
}
