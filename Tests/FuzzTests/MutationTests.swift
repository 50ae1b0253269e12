import Fuzz
import Simulation
import Testing

struct MutationTests {
    @Test func `a seed makes the same input every time and another seed another`() {
        let corpus = FuzzTarget.request.corpus
        #expect(Mutation.make(Seed(7), from: corpus) == Mutation.make(Seed(7), from: corpus))
        #expect(Mutation.make(Seed(7), from: corpus) != Mutation.make(Seed(8), from: corpus))
    }
}
