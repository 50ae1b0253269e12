import Model
import Testing

@testable import Planning

struct StepOrderTests {
    private func chain(_ name: String, _ count: Int) -> ServerChain {
        let path = Build.path(name)
        let changes = (0..<count).map { Change.setMaxconn(path, from: nil, to: $0) }
        return ServerChain(path: path, origin: Build.origin, changes: changes)
    }

    @Test func `steps of one server follow each other whatever else they wait for`() {
        var order = StepOrder()
        order.add(chain("a", 1))
        order.add(chain("b", 1))
        order.add(chain("a", 1), after: [2])
        #expect(order.steps.map(\.after) == [[], [], [1, 2]])
    }

    @Test func `a chain waits with its first step only`() {
        var order = StepOrder()
        order.add(chain("a", 1))
        let range = order.add(chain("b", 3), after: [1])
        #expect(range == 2...4)
        #expect(order.steps.map(\.after) == [[], [1], [2], [3]])
    }

    @Test func `ends are the steps nobody waits for`() {
        var order = StepOrder()
        order.add(chain("a", 2))
        order.add(chain("b", 1))
        #expect(order.ends == [2, 3])
    }
}
