import Fuzz
import Simulation
import Testing

struct FuzzTargetTests {
    @Test(arguments: FuzzTarget.allCases) func `what once crashed does not crash again`(
        target: FuzzTarget
    ) {
        for crash in target.crashes { target.run(crash.input) }
    }

    @Test(arguments: FuzzTarget.allCases) func `what fuzzing found to reach more is survived`(
        target: FuzzTarget
    ) {
        for input in target.corpus { target.run(input) }
    }

    @Test(arguments: FuzzTarget.allCases) func `mutated input is survived`(target: FuzzTarget) {
        let corpus = target.corpus
        #expect(!corpus.isEmpty)
        for seed in Seed.runs(50) { target.run(Mutation.make(seed, from: corpus)) }
    }
}
