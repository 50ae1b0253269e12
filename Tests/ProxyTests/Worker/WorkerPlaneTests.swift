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

    @Test func `cleared counters begin at nothing, what goes on is told as before`() {
        let plane = WorkerPlane(workers: 2, frontends: 1, backends: 1)
        let slot = plane.allocateSlot()
        for worker in 0...1 {
            plane.arena.add(7, to: .totalSessions, of: slot, worker: worker)
            plane.arena.set(5, to: .maxSessions, of: slot, worker: worker)
            plane.arena.add(2, to: .currentSessions, of: slot, worker: worker)
            plane.totals.open(frontend: 0, worker: worker)
            plane.totals.add(3, to: TrafficCounters.Backend.bytesIn, of: 0, worker: worker)
        }
        plane.clearCounters(all: false)
        #expect(plane.counters(of: slot).maxSessions == 4)
        #expect(plane.counters(of: slot).totalSessions == 14)
        plane.clearCounters(all: true)
        #expect(plane.counters(of: slot).totalSessions == 0)
        #expect(plane.counters(of: slot).currentSessions == 4)
        #expect(plane.counters(ofFrontend: 0).totalSessions == 0)
        #expect(plane.counters(ofFrontend: 0).currentSessions == 2)
        #expect(plane.counters(ofBackend: 0).bytesIn == 0)
        plane.arena.add(1, to: .totalSessions, of: slot, worker: 1)
        plane.totals.add(4, to: TrafficCounters.Backend.bytesIn, of: 0, worker: 0)
        #expect(plane.counters(of: slot).totalSessions == 1)
        #expect(plane.counters(ofBackend: 0).bytesIn == 4)
    }

    @Test func `a backend's number begins with counters at nothing`() {
        let plane = WorkerPlane(workers: 1, frontends: 1, backends: 1)
        plane.reserve(backend: 1)
        plane.totals.add(1, to: TrafficCounters.Backend.currentSessions, of: 1, worker: 0)
        #expect(!plane.isUnused(backend: 1))
        plane.totals.add(-1, to: TrafficCounters.Backend.currentSessions, of: 1, worker: 0)
        #expect(plane.isUnused(backend: 1))
        plane.totals.add(9, to: TrafficCounters.Backend.bytesIn, of: 1, worker: 0)
        plane.clearCounters(all: true)
        plane.reserve(backend: 1)
        #expect(plane.counters(ofBackend: 1).bytesIn == 0)
    }

    @Test func `counters are the sum over the workers`() {
        let plane = WorkerPlane(workers: 3, frontends: 1, backends: 1)
        let slot = plane.allocateSlot()
        for worker in 0..<3 { plane.arena.add(worker + 1, to: .bytesIn, of: slot, worker: worker) }
        #expect(plane.counters(of: slot).bytesIn == 6)
    }
}
