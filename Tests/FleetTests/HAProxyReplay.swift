import Fleet
import Foundation
import Model
import PlanReplay
import PlanSearch
import Planning
import RuntimeAPI
import Simulation

/// A small world of the search built on a real HAProxy, with clients that look whether it answers.
struct HAProxyReplay {
    let proxy: HAProxyProcess
    let planned: PlannedWorld
    private let transport = SocketTransport()
    private let clock = ContinuousClock()

    init(_ world: SearchWorld, on proxy: HAProxyProcess) {
        self.proxy = proxy
        var place = PlannedWorld.Place()
        place.network = 127 << 24
        place.port = proxy.originPort
        place.inter = Milliseconds(30)
        planned = PlannedWorld(world: world, place: place)
    }

    /// Nobody has to wait until a server is found dead, or until one has never been checked.
    static func isBuildable(_ world: SearchWorld) -> Bool {
        world.serverIndices.allSatisfy { index in
            let server = world.start[server: index]
            guard server.exists, world.isChecked(index) else { return true }
            return server.isHealthOn && (server.mode == .maint || server.isProven)
        }
    }

    var fleet: DesiredFleet {
        var fleet = planned.fleet
        fleet.removal.grace = Milliseconds(20)
        return fleet
    }

    func observe() async throws -> ObservedProxy {
        try await Observer(transport: transport, clock: clock)
            .observe(proxy.target, ObservationScope(fleet))
    }

    /// Commands that make the proxy what the world says, in the words of the manual.
    func build() async throws {
        let client = try await RuntimeClient.open(
            proxy.target,
            over: transport,
            clock: clock,
            limits: FleetLimits(),
            tried: "building a world"
        )
        let shown = planned.proxy
        for index in planned.world.serverIndices where planned.world.start[server: index].exists {
            let path = planned.path(index)
            guard let server = shown.backends[path.backend]?.servers[path.server] else { continue }
            try await build(server, index, client)
        }
        let map = PatternReference(name: PlannedWorld.map.text)
        _ = try await client.replies(to: [(.clearMap(map), payload: nil)])
        for entry in PlannedWorld.entries(planned.world.start) {
            _ = try await client.replies(to: [
                (.addMap(map, key: entry.key, value: entry.value), payload: nil)
            ])
        }
        await client.close()
        try await settle(shown)
    }

    private func build(
        _ server: ObservedServer,
        _ index: Int,
        _ client: RuntimeClient
    ) async throws {
        let path = planned.path(index)
        let reference = ServerReference(path)
        let attributes = planned.attributesAtStart(index)
        var arguments = ["id", String(server.id)]
        for pair in attributes.sorted {
            arguments.append(pair.attribute.keyword)
            if pair.value != .flag { arguments.append(pair.value.description) }
        }
        // Where there are guids the digest is in them, and the id is the place on the ring alone.
        if client.capabilities.hasGUID {
            arguments += ["guid", ServerIdentity.guid(of: path, attributes: attributes)]
            arguments[1] = String(ServerIdentity.ringID(server.id))
        }
        let address = server.endpoint?.description ?? ""
        var commands: [RuntimeCommand] = [
            .addServer(reference, address: address, arguments: arguments),
            .setServerMaxconn(reference, value: String(server.maxconn ?? 0)),
        ]
        if server.isCheckEnabled { commands.append(.enableHealth(reference)) }
        commands.append(.setServerState(reference, server.admin))
        _ = try await client.replies(to: commands.map { ($0, payload: nil) })
    }

    /// Waits until checks have said what the world says they did.
    private func settle(_ shown: ObservedProxy) async throws {
        for _ in 0..<200 {
            let now = try await observe()
            let isSettled = shown.backends.allSatisfy { name, backend in
                backend.servers.allSatisfy { server, wanted in
                    now.backends[name]?.servers[server]?.hasPassedCheck == wanted.hasPassedCheck
                        || wanted.admin == .maint
                }
            }
            if isSettled { return }
            try await clock.sleep(for: .milliseconds(10))
        }
    }

    /// Asks both backends all the time until cancelled; answers that were no success, by backend.
    func askClients() async -> [Int: [String]] {
        var failures: [Int: [String]] = [:]
        while !Task.isCancelled {
            for backend in planned.world.backends.indices {
                let answer = await ask(backend)
                if !answer.contains(" 200") { failures[backend, default: []].append(answer) }
            }
            try? await clock.sleep(for: .milliseconds(2))
        }
        return failures
    }

    private func ask(_ backend: Int) async -> String {
        let socket = "\(proxy.folder.path)/\(PlannedWorld.backend(backend)).sock"
        do {
            let connection = try await transport.connect(to: .unix(socket), within: .seconds(2))
            try await connection.send(Array("GET / HTTP/1.0\r\n\r\n".utf8), within: .seconds(2))
            let bytes = try await connection.receive(within: .seconds(3))
            await connection.close()
            return String(String(decoding: bytes, as: UTF8.self).prefix { $0 != "\r\n" })
        } catch {
            return "\(error)"
        }
    }
}
