import Model
import Testing

@testable import Planning

struct CapacityFloorTests {
    private func floor(_ weights: [Int], _ percent: Int) -> CapacityFloor {
        var backend = ObservedBackend(name: Build.backend("shop"), id: 2)
        for (index, weight) in weights.enumerated() {
            let name = Build.server("s\(index)")
            var server = ObservedServer(name: name, id: index + 1, endpoint: nil)
            server.weight = Weight(weight) ?? .one
            backend.servers[name] = server
        }
        return CapacityFloor(backend, minCapacity: percent)
    }

    private func chain(loss: Int, gain: Int) -> ServerChain {
        ServerChain(
            path: Build.path("a"),
            origin: Build.origin,
            changes: [],
            loss: loss,
            gain: gain
        )
    }

    @Test func `the floor is rounded up`() {
        #expect(floor([1, 1, 1], 70).floor == 3)
        #expect(floor([10, 10], 0).floor == 0)
    }

    @Test func `losses that stay add up`() {
        var capacity = floor([10, 10, 10], 50)
        let accepted = [10, 10, 0].map { capacity.accept(loss: $0) }
        #expect(accepted == [true, false, true])
    }

    @Test func `as many dips at once as there is room for the heaviest`() {
        var capacity = floor([10, 10, 10, 10], 50)
        let dips = (0..<4).map { _ in chain(loss: 10, gain: 10) }
        let choice = capacity.choose(dips: dips, atOnce: 3)
        #expect(choice.lanes == 2)
        #expect(choice.accepted.count == 4)
        var none = floor([10], 100)
        let refusal = none.choose(dips: [chain(loss: 10, gain: 10)], atOnce: 1)
        #expect(refusal.lanes == 0)
        #expect(refusal.refused.count == 1)
    }

    @Test func `what a dip does not bring back is lost from the start`() {
        var capacity = floor([10, 10], 40)
        let choice = capacity.choose(dips: [chain(loss: 10, gain: 4)], atOnce: 1)
        #expect(choice.lanes == 1)
        #expect(capacity.least == 14)
        var low = floor([10], 50)
        let refusal = low.choose(dips: [chain(loss: 10, gain: 0)], atOnce: 1)
        #expect(refusal.lanes == 0)
    }

    @Test func `what gives back more makes room for what gives back less`() {
        var capacity = floor([1, 2], 66)
        let dips = [chain(loss: 2, gain: 2), chain(loss: 1, gain: 3)]
        let choice = capacity.choose(dips: dips, atOnce: 2)
        #expect(choice.lanes == 1)
        #expect(choice.accepted.map(\.loss) == [1, 2])
        #expect(choice.refused.isEmpty)
    }

    @Test func `what fits goes ahead although another must wait`() {
        var capacity = floor([1, 9], 80)
        let dips = [chain(loss: 9, gain: 9), chain(loss: 1, gain: 1)]
        let choice = capacity.choose(dips: dips, atOnce: 1)
        #expect(choice.accepted.map(\.loss) == [1])
        #expect(choice.refused.map(\.loss) == [9])
    }

    @Test func `new servers make room`() {
        var capacity = floor([10], 100)
        capacity.raise(by: 10)
        let isAccepted = capacity.accept(loss: 10)
        #expect(isAccepted)
    }
}
