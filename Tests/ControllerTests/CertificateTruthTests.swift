import Testing

@testable import Controller

@Suite struct CertificateTruthTests {
    private let digits = ["A", "B"].map { String(repeating: $0, count: 40) }

    private func truth(_ desired: String?, _ memory: String?, _ wire: String?) -> CertificateTruth {
        var truth = CertificateTruth(
            certificate: "a.pem",
            proxy: "lb1",
            desired: desired,
            memory: memory
        )
        truth.wire = wire
        return truth
    }

    @Test func `the place that differs is named`() {
        #expect(truth(digits[0], digits[0], digits[0]).difference == nil)
        #expect(truth(digits[0], digits[0], nil).difference == nil)
        #expect(truth(digits[0], nil, nil).difference?.hasPrefix("memory has none") == true)
        #expect(truth(digits[0], digits[1], nil).difference?.hasPrefix("memory has BBB") == true)
        #expect(truth(digits[0], digits[0], digits[1]).difference?.hasPrefix("wire shows") == true)
        #expect(truth(nil, digits[0], nil).difference?.hasPrefix("desired is not known") == true)
    }
}
