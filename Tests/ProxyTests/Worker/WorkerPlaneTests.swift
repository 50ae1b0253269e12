import Testing

@testable import Proxy

@Suite struct WorkerPlaneTests {
    @Test func `a slot is given out again only when nothing holds it`() {
        let plane = WorkerPlane(workers: 2, frontends: 1, backends: 1)
        let slot = plane.allocateSlot()
        plane.arena.add(1, to: .currentSessions, of: slot, worker: 1)
        #expect(!plane.isUnused(slot))
        plane.releaseSlot(slot)
        let other = plane.allocateSlot()
        #expect(other != slot)
        plane.arena.add(-1, to: .currentSessions, of: slot, worker: 1)
        plane.arena.add(5, to: .totalSessions, of: slot, worker: 1)
        #expect(plane.isUnused(slot))
        #expect(plane.allocateSlot() == slot)
        #expect(plane.counters(of: slot).totalSessions == 0)
    }

    @Test func `a slot is in use while a worker may still pick it`() {
        let plane = WorkerPlane(workers: 1, frontends: 1, backends: 1)
        let slot = plane.allocateSlot()
        _ = plane.published.enter(reader: 0)
        plane.publish(RoutingSnapshot(), retiring: [])
        #expect(!plane.isUnused(slot))
        _ = plane.published.enter(reader: 0)
        #expect(plane.isUnused(slot))
    }

    @Test func `counters are the sum over the workers`() {
        let plane = WorkerPlane(workers: 3, frontends: 1, backends: 1)
        let slot = plane.allocateSlot()
        for worker in 0..<3 { plane.arena.add(worker + 1, to: .bytesIn, of: slot, worker: worker) }
        #expect(plane.counters(of: slot).bytesIn == 6)
    }
}
