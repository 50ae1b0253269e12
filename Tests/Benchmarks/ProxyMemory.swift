import Foundation
import Stage

/// Resident memory that an idle connection and a server take.
struct ProxyMemory {
    let folder: TemporaryFolder

    private static let connections = 2000
    private static let servers = 10_000

    func measure(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "Memory",
            method: """
                Growth of `VmRSS`: over \(Self.connections) client connections, each idle after one request, and over \
                \(Self.servers) servers added to a round-robin backend at runtime.
                """
        )
        section.rows.append(["proxy", "bytes an idle connection", "bytes a server"])
        var perConnection: [String: Double] = [:]
        var perServer: [String: Double] = [:]
        for peer in Peer.all {
            var plan = TrafficPlan()
            plan.connections = Self.connections
            let rig = try await ProxyRig(plan, peers: [peer], folder: folder)
            defer { rig.stop() }
            let proxy = rig.running[0]
            let idle = try await growthByConnections(proxy, rig.traffic)
            perConnection[peer.name] = idle
            var added = "-"
            if peer.hasRuntimeAPI {
                let bytes = try growthByServers(proxy)
                perServer[peer.name] = bytes
                added = String(Int(bytes))
            }
            section.rows.append([peer.name, String(Int(idle)), added])
        }
        report.add(section)
        for (what, values) in [("an idle connection", perConnection), ("a server", perServer)] {
            guard let ours = values["apus-proxy"], let theirs = values["HAProxy 2.6"] else {
                continue
            }
            report.judge("memory of \(what) × HAProxy 2.6", ours / theirs, unit: "", limit: 1)
        }
    }

    private func growthByConnections(_ proxy: ProxyRig.Running, _ traffic: Traffic) async throws
        -> Double
    {
        let before = ProcessMeter.residentBytes(of: proxy.workerPID)
        traffic.send(to: [proxy.port])
        try await Task.sleep(for: .seconds(1))
        traffic.pause()
        try await Task.sleep(for: .milliseconds(500))
        let after = ProcessMeter.residentBytes(of: proxy.workerPID)
        return Double(after - before) / Double(Self.connections)
    }

    private func growthByServers(_ proxy: ProxyRig.Running) throws -> Double {
        let before = ProcessMeter.residentBytes(of: proxy.workerPID)
        for start in stride(from: 0, to: Self.servers, by: 100) {
            let commands = (start..<start + 100).map { "add server out/m\($0) 127.0.0.1:9" }
            try RuntimeConsole.ask(commands.joined(separator: ";"), socket: proxy.socket)
        }
        let after = ProcessMeter.residentBytes(of: proxy.workerPID)
        return Double(after - before) / Double(Self.servers)
    }
}
