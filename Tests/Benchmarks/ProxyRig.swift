import Foundation
import Stage

/// Every peer started alike on core 0, and one thread of clients and servers on core 1.
final class ProxyRig {
    /// A peer that runs.
    struct Running {
        let peer: Peer
        let child: ChildProcess
        let port: UInt16
        let socket: String

        /// nginx works in a child of the process that was started.
        var workerPID: Int32 {
            guard peer.name == "nginx" else { return child.pid }
            let path = "/proc/\(child.pid)/task/\(child.pid)/children"
            let text = String(
                decoding: FileManager.default.contents(atPath: path) ?? Data(),
                as: UTF8.self
            )
            return text.split(separator: " ").first.flatMap { Int32($0) } ?? child.pid
        }
    }

    let traffic: Traffic
    private(set) var running: [Running] = []
    private var logSink: ChildProcess?

    /// Starts `peers` and waits until each answers; `logs` turns their access logs on.
    init(_ plan: TrafficPlan, peers: [Peer], folder: TemporaryFolder, logs: Bool = false)
        async throws
    {
        var plan = plan
        plan.origins = [TrafficPlan.Origin(name: "s0"), TrafficPlan.Origin(name: "s1")]
        plan.cpu = 1
        traffic = try Traffic(plan)
        let ports = try FreePorts.take(peers.count)
        let logPort = logs ? try FreePorts.take(1).first : nil
        if let logPort { logSink = try Self.dropLogs(at: logPort, folder: folder) }
        for (peer, port) in zip(peers, ports) {
            let name = peer.name.replacing(" ", with: "-")
            let socket = folder.path("\(name).sock")
            let site = Peer.Site(
                port: port,
                servers: traffic.originPorts,
                folder: folder.path,
                logPort: logPort,
                socket: peer.hasRuntimeAPI ? socket : nil
            )
            try folder.write(peer.configuration(site), to: "\(name).cfg")
            let words = ["-c", "0"] + peer.command(folder.path("\(name).cfg"))
            let child = try ChildProcess(
                peer.name,
                ChildProcess.Command("taskset", words),
                logPath: folder.path("\(name).log")
            )
            running.append(Running(peer: peer, child: child, port: port, socket: socket))
        }
        do {
            for proxy in running { try await Self.waitForAnswer(of: proxy) }
        } catch {
            stop()
            throw error
        }
    }

    /// Ends everything that was started.
    func stop() {
        traffic.stop()
        for proxy in running { proxy.child.stop() }
        logSink?.stop()
    }

    /// Calls `body` for each proxy in turn, `rounds` times, every other round backwards.
    func alternate(
        rounds: Int,
        _ body: (_ index: Int, _ proxy: Running) async throws -> Void
    ) async throws {
        for round in 0..<rounds {
            let order =
                round.isMultiple(of: 2) ? Array(running.indices) : running.indices.reversed()
            for index in order { try await body(index, running[index]) }
        }
    }

    private static func waitForAnswer(of proxy: Running) async throws {
        try await Deadline.wait(for: "answer of \(proxy.peer.name)") {
            guard proxy.child.isRunning else {
                throw BenchFailure("\(proxy.peer.name) ended: \(proxy.child.log)")
            }
            return (try? HTTPProbe.ask(["/"], host: "127.0.0.1", port: proxy.port))?.first?.status
                == 200
        }
    }

    /// A socket that takes datagrams and is never read: the kernel drops what does not fit.
    private static func dropLogs(at port: UInt16, folder: TemporaryFolder) throws -> ChildProcess {
        let script =
            "socket(S,PF_INET,SOCK_DGRAM,0); bind(S,sockaddr_in(\(port),INADDR_LOOPBACK)); sleep"
        return try ChildProcess(
            "log sink",
            ChildProcess.Command("perl", ["-MSocket", "-e", script]),
            logPath: folder.path("log-sink.log")
        )
    }
}

/// Why a measurement is worth nothing.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
