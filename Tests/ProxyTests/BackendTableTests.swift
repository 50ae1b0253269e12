import Model
import RuntimeAPI
import Simulation
import Testing

@testable import Proxy

/// Random sequences of commands and check results against a plain model of what they mean.
@Suite struct BackendTableTests {
    private struct ModelServer {
        var id: Int
        var weight: Int
        var isBackup: Bool
        var isChecked: Bool
        var admin = AdminState.maint
        var isCheckEnabled = false
        var isUp = false
    }

    private struct Model {
        var servers: [(name: String, server: ModelServer)] = []

        func index(_ name: String) -> Int? { servers.firstIndex { $0.name == name } }

        var usableIDs: [Int] {
            let all = servers.map(\.server).filter {
                $0.admin == .ready && $0.isUp && $0.weight > 0
            }
            let active = all.filter { !$0.isBackup }
            return (active.isEmpty ? Array(all.prefix(1)) : active).map(\.id)
        }

        var checkedIDs: [Int] {
            servers.map(\.server).filter { $0.isCheckEnabled && $0.admin != .maint }.map(\.id)
        }
    }

    @Test(arguments: Seed.runs)
    func `whatever is commanded, the snapshot holds exactly the usable servers`(seed: Seed) throws {
        var generator = seed.generator
        let balance =
            ["roundrobin", "uri\n hash-type consistent", "random", "leastconn"]
            .randomElement(using: &generator) ?? "roundrobin"
        let fixture = try RuntimeFixture("backend be\n balance \(balance)\n")
        var model = Model()
        for _ in 0..<60 {
            let name = "s\(Int.random(in: 0..<8, using: &generator))"
            step(name, fixture, &model, &generator)
            let backend = fixture.plane.snapshot.backends[0]
            let states = try ServerStateTable.parse(fixture.run("show servers state")).rows
            #expect(states.map(\.serverID) == model.servers.map(\.server.id))
            let idOfSlot = Dictionary(
                uniqueKeysWithValues: fixture.service.table.backends[0].servers.map {
                    ($0.slot, $0.id)
                }
            )
            #expect(fixture.plane.slots(ofBackend: 0).map { idOfSlot[$0] } == model.usableIDs)
            #expect(fixture.service.checkTargets.map { idOfSlot[$0.slot] } == model.checkedIDs)
            expectRing(of: backend, model)
        }
    }

    private func step(
        _ name: String,
        _ fixture: RuntimeFixture,
        _ model: inout Model,
        _ generator: inout SeededGenerator
    ) {
        guard let index = model.index(name) else { return add(name, fixture, &model, &generator) }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0:
            let reply = fixture.run("del server be/\(name)")
            #expect(
                (reply == "[6] Server deleted.") == (model.servers[index].server.admin == .maint)
            )
            if model.servers[index].server.admin == .maint { model.servers.remove(at: index) }
        case 1, 2, 3:
            let state = AdminState.allCases.randomElement(using: &generator) ?? .ready
            fixture.run("set server be/\(name) state \(state.rawValue)")
            let was = model.servers[index].server.admin
            model.servers[index].server.admin = state
            if state == .maint { model.servers[index].server.isUp = false }
            if was == .maint, state != .maint { model.servers[index].server.isUp = true }
        case 4:
            let weight = Int.random(in: 0...3, using: &generator)
            fixture.run("set weight be/\(name) \(weight)")
            model.servers[index].server.weight = weight
        case 5:
            let isOn = generator.chance(70)
            fixture.run("\(isOn ? "enable" : "disable") health be/\(name)")
            if model.servers[index].server.isChecked {
                model.servers[index].server.isCheckEnabled = isOn
            }
        case 6:
            let isUp = generator.chance(50)
            fixture.run("set server be/\(name) health \(isUp ? "up" : "down")")
            if model.servers[index].server.admin != .maint {
                model.servers[index].server.isUp = isUp
            }
        default:
            // Three results in a row decide with rise 2 and fall 3, whatever came before.
            let isUp = generator.chance(50)
            for _ in 0..<3 { fixture.check(isUp ? .layer4OK : .layer4Timeout) }
            for place in model.servers.indices
            where model.checkedIDs.contains(model.servers[place].server.id) {
                model.servers[place].server.isUp = isUp
            }
        }
    }

    private func add(
        _ name: String,
        _ fixture: RuntimeFixture,
        _ model: inout Model,
        _ generator: inout SeededGenerator
    ) {
        let isChecked = generator.chance(50)
        let isBackup = generator.chance(20)
        let weight = Int.random(in: 0...3, using: &generator)
        let words = ["weight \(weight)", isChecked ? "check" : "", isBackup ? "backup" : ""]
        let reply = fixture.run("add server be/\(name) 10.0.0.1:80 \(words.joined(separator: " "))")
        #expect(reply == "[6] New server registered.")
        let taken = Set(model.servers.map(\.server.id))
        let id = (1...).first { !taken.contains($0) } ?? 0
        model.servers.append(
            (name, ModelServer(id: id, weight: weight, isBackup: isBackup, isChecked: isChecked))
        )
    }

    private func expectRing(of backend: BackendSnapshot, _ model: Model) {
        guard backend.algorithm == .consistentHash else { return #expect(backend.ring.isEmpty) }
        let usable = model.usableIDs.compactMap { id in
            model.servers.first { $0.server.id == id }?.server
        }
        var expected: [[UInt32]] = []
        for (place, server) in usable.enumerated() {
            for node in 0..<server.weight * 16 {
                expected.append([
                    RingBuilder.key(base: RingBuilder.base(id: server.id), node: node),
                    UInt32(place),
                ])
            }
        }
        let found: [[UInt32]] = backend.ring.nodes.compactMap { point in
            let place = backend.ringPlaces[Int(point.server)]
            return place < 0 ? nil : [point.key, UInt32(place)]
        }
        #expect(found == expected.sorted { $0.lexicographicallyPrecedes($1) })
    }
}
