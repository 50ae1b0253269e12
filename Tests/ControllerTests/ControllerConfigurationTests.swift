import Simulation
import Testing

@testable import Controller

@Suite struct ControllerConfigurationTests {
    @Test(arguments: Seed.runs(50))
    func `intervals move by a tenth at most`(seed: Seed) {
        var generator = seed.generator
        let interval = Duration.seconds(30).jittered(using: &generator)
        #expect(interval >= .seconds(27))
        #expect(interval <= .seconds(33))
    }
}
