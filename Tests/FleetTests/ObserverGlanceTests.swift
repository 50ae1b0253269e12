import Fleet
import Model
import Planning
import RuntimeAPI
import Simulation
import Synchronization
import Testing

struct ObserverGlanceTests {
    /// A proxy with `show state digest` whose two backends a test can change.
    private final class Proxy: Sendable {
        struct State {
            var weights = ["shop": 1, "cache": 1]
            var pid = 7
        }

        let state = Mutex(State())

        var transport: ScriptedTransport {
            ScriptedTransport { [self] command, _ in
                state.withLock { state in Self.answer(command, state).map { .reply($0) } }
            }
        }

        private static func answer(_ command: String, _ state: State) -> String? {
            let backend = ["shop", "cache"].first { command.contains($0) }
            switch command {
            case "show info":
                return "Name: apus-proxy\nVersion: 3.2.0-apus\nPid: \(state.pid)\nStart_time_sec: 1"
            case "help": return "  show info\n  show state digest [<proxy>|-]\n"
            case "show backend": return "# name\nshop\ncache"
            case "dump stats-file": return "#be guid,stot,\n"
            case let text where text.hasPrefix("show state digest"):
                let parts = state.weights.sorted { $0.key < $1.key }.map {
                    StateDigestRow(kind: .backend, name: $0.key, digest: UInt64($0.value))
                }
                let sum = parts.reduce(0) { $0 &* 31 &+ $1.digest }
                let whole = StateDigestRow(kind: .process, name: "-", digest: sum)
                return StateDigestTable(rows: [whole] + (text.hasSuffix("-") ? [] : parts)).text
            case let text where text.hasPrefix("show servers state"):
                return Script.states(
                    state.weights.sorted { $0.key < $1.key }
                        .filter { backend == nil || $0.key == backend }
                        .map { name, weight in
                            Script.row("web1", weight: weight).replacing("shop", with: name)
                        }
                )
            case let text where text.hasPrefix("show stat"):
                let names = backend.map { [$0] } ?? ["cache", "shop"]
                return "# pxname,svname,scur,slim,bck,\n"
                    + names.map { "\($0),web1,0,,0,\n" }.joined()
            case let text where text.hasPrefix("show servers config"):
                return "# bkname/svname svid addr arguments\n"
            default: return nil
            }
        }
    }

    private let proxy = Proxy()
    private let scope = ObservationScope(maps: [])

    private func weight(_ observed: ObservedProxy, _ backend: String) -> Int? {
        observed.backends[FleetFixture.name(backend)]?.servers[FleetFixture.name("web1")]?.weight
            .value
    }

    @Test func `a proxy of which nothing moved tells its digest and nothing else`() async throws {
        let transport = proxy.transport
        let observer = Observer(
            transport: transport,
            clock: SimulatedClock(),
            memory: ObservationMemory()
        )
        let first = try await observer.glance(at: FleetFixture.target(), scope)
        let before = transport.commands.count
        let second = try await observer.glance(at: FleetFixture.target(), scope)
        #expect(first.isFresh && !second.isFresh)
        #expect(first.proxy == second.proxy)
        #expect(
            transport.commands[before...].filter { $0.hasPrefix("show") } == [
                "show info", "show state digest -",
            ]
        )
    }

    @Test func `only the tables of what moved are read`() async throws {
        let transport = proxy.transport
        let observer = Observer(
            transport: transport,
            clock: SimulatedClock(),
            memory: ObservationMemory()
        )
        _ = try await observer.glance(at: FleetFixture.target(), scope)
        proxy.state.withLock { $0.weights["shop"] = 9 }
        let before = transport.commands.count
        let moved = try await observer.glance(at: FleetFixture.target(), scope)
        #expect(weight(moved.proxy, "shop") == 9 && weight(moved.proxy, "cache") == 1)
        #expect(
            transport.commands[before...].filter { $0.hasPrefix("show servers") } == [
                "show servers config shop", "show servers state shop",
            ]
        )
        let whole = try await Observer(transport: transport, clock: SimulatedClock())
            .observe(FleetFixture.target(), scope)
        #expect(moved.proxy.backends == whole.backends)
        let again = try await observer.glance(at: FleetFixture.target(), scope)
        #expect(again.proxy == moved.proxy)
    }

    @Test func `another process is read from the start`() async throws {
        let transport = proxy.transport
        let observer = Observer(
            transport: transport,
            clock: SimulatedClock(),
            memory: ObservationMemory()
        )
        _ = try await observer.glance(at: FleetFixture.target(), scope)
        proxy.state.withLock { $0.pid = 8 }
        let second = try await observer.glance(at: FleetFixture.target(), scope)
        #expect(second.isFresh)
        #expect(second.proxy.incarnation.pid == 8)
    }

    @Test func `maps that nobody asked for before are read with everything else`() async throws {
        let transport = proxy.transport
        let observer = Observer(
            transport: transport,
            clock: SimulatedClock(),
            memory: ObservationMemory()
        )
        _ = try await observer.glance(at: FleetFixture.target(), scope)
        let wider = ObservationScope(maps: [FleetFixture.map("hosts.map")])
        #expect(try await observer.glance(at: FleetFixture.target(), wider).isFresh)
    }

    @Test func `proxies that run the same are given the same backends`() async throws {
        let rows = Script.states([Script.row("web1"), Script.row("web2", weight: 7)])
        let transport = ScriptedTransport { command, _ in
            switch command {
            case "show servers state": .reply(rows)
            case let text where text.hasPrefix("show stat"):
                .reply("# pxname,svname,scur,slim,bck,\nshop,web1,3,50,1,\nshop,web2,4,,0,\n")
            default: nil
            }
        }
        let memory = ObservationMemory()
        let observer = Observer(transport: transport, clock: SimulatedClock(), memory: memory)
        let first = try await observer.observe(FleetFixture.target(), scope)
        let second = try await observer.observe(FleetFixture.target(), scope)
        let plain = try await Observer(transport: transport, clock: SimulatedClock())
            .observe(FleetFixture.target(), scope)
        #expect(first == second)
        #expect(first.backends[FleetFixture.name("shop")]?.servers.count == 2)
        #expect(
            first.backends[FleetFixture.name("shop")]?.servers.mapValues(\.maxconn)
                == plain.backends[FleetFixture.name("shop")]?.servers.mapValues(\.maxconn)
        )
    }
}
